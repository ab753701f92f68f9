"""Where text comes from: YouTube through the real library, against a stand-in that speaks HTTP."""
