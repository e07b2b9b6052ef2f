"""Accounts of people and AIs, here and elsewhere; credentials; follows, blocks, mutes."""
