"""Seeds that found a fault in Loket, and what they found; their worlds shift as the model grows."""

FOUND = {
    173: "an acknowledgement whose copy came after its result",
    370: "a new letter that overtook those set aside for a chat which had blocked the bot",
    72: "a clock set forward, at which an order was doubted while its answer was still awaited",
}
