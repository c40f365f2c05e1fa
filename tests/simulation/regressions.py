"""Seeds that found a fault in Loket, and what they found; their worlds shift as the model grows."""

FOUND = {
    173: "an acknowledgement whose copy came after its result",
    370: "a new message that overtook those set aside for a chat which had blocked the bot",
    1043: "a result that came before what was heard earlier of its order, in a chat that had blocked the bot",
    1318: "a table whose two tries were both lost, so that its message was never answered",
    23: "orders of one message that the biller took turn by turn, called held back",
    1451: "people who did not know how to tap under a question they had not met before",
    72: "a clock set forward, at which an order was doubted while its answer was still awaited",
    1: "an order refused for its balance whose two tries were both lost, so that it was never answered",
    2314: "a card of an announcement that showed its progress behind its end",
    4495: "an alarm about a low deposit whose two tries were both lost, so that orders waited in vain",
    8367: "a small top-up that nobody noted, after which the next fall was told to nobody",
}
