"""How results are drawn: letters and fonts, a sheet of placed words and areas, and one layout for each kind of result.

Whatever imports this package loads Pillow (50 ms, 10 MB); a start does not, so it is imported where a picture is made.
"""
