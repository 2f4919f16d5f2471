"""What a film sounds like: how loud it is, whether anyone speaks or screams, and what is said."""
