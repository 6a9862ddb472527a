"""rights (保障): when something is wrong.

Hears nothing; looks back at all the rooms below. Announces the steps of complaints, appeals and incidents,
and that a clock has run out (``events``). Whoever had a part in a matter never deals with it: it goes to the
nearest case handler who had none, else one level up. An appeal that is right puts the hours right.
"""
