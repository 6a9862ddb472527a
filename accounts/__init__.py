"""accounts (人): who people are and what they may do.

Hears nothing; asks the real-name source by the clock. Announces who joined and entered, papers and
consents given, decided and withdrawn, residents registered, changed and looked at, posts granted and
ended, people erased (``events``). A person decides about themselves, staff inside the region of a post.
"""
