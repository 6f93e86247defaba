"""Calls everything otherwise, in German, with umlauts."""

CELLS = {
    "returns": """
def discounted_returns(rewards, gamma=0.99):
    # § 1: rückwärts gehen; „Größe“ heißt hier: Länge der Liste – das ist äußerst wichtig €
    erträge = []
    künftiger_Ertrag = 0.0
    for Belohnung_ß in rewards[::-1]:
        künftiger_Ertrag = Belohnung_ß + gamma * künftiger_Ertrag
        erträge.append(künftiger_Ertrag)
    print("Fertig: «äöüßÄÖÜ» ✓ 🎉")
    return torch.tensor(erträge[::-1], dtype=torch.float32)
""",
}
