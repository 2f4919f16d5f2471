"""How much and how it feels: session limits, polls, nudges, family controls."""
