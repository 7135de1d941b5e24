"""The sentences that the demo ranks by default."""

from __future__ import annotations

QUERY = "How can I make bread rise faster?"

SENTENCES = (
    "Yeast works best in a warm and humid place.",
    "Let the dough rest near the oven for an hour.",
    "A pinch of sugar helps the yeast to start.",
    "Sourdough needs a whole night before it is baked.",
    "Whisk the egg whites until they hold their shape.",
    "The soup tastes better on the second day.",
    "The goalkeeper saved a penalty in the last minute.",
    "She ran the marathon in under three hours.",
    "The home team lost the final after extra time.",
    "A good serve wins many points in tennis.",
    "Interest rates went up for the third time this year.",
    "The company reported a loss in the second quarter.",
    "Put some money aside each month for emergencies.",
    "Shares fell after the bank published its forecast.",
    "The telescope found water vapour around a distant planet.",
    "A comet will be visible to the naked eye next week.",
    "Gravity bends the path of light.",
    "The rocket landed upright on the floating platform.",
    "Matrix multiplication dominates the time of a transformer.",
    "The compiler keeps the weights packed in tiles.",
    "A cache miss costs more than a hundred additions.",
    "Tests that cannot fail are worth nothing.",
)
