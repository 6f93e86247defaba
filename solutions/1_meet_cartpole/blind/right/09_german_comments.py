# writer: eine Schülerin, ausführliche Kommentare auf Deutsch, eigene Hilfsfunktionen
# %% play_episode
def ein_schritt(umgebung, regel, beobachtung):
    """Ein Schritt: Regel fragen, Umgebung bewegen, Ergebnis zurückgeben."""
    aktion = regel(beobachtung)
    neue_beobachtung, belohnung, gefallen, zeit_um, _ = umgebung.step(aktion)
    return neue_beobachtung, belohnung, gefallen or zeit_um


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    # Am Anfang wird die Umgebung zurückgesetzt.
    beobachtung, _ = env.reset()
    punkte = 0
    vorbei = False
    # So lange spielen, bis der Stab fällt ODER die Zeit um ist.
    while not vorbei:
        beobachtung, belohnung, vorbei = ein_schritt(env, rule, beobachtung)
        punkte += belohnung
    return punkte
# %% rule
RECHTS = 1
LINKS = 0


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    winkel, drehung = observation[2:]
    # Wo ist der Stab in einer Zehntelsekunde?
    if winkel + 0.1 * drehung >= 0:
        return RECHTS
    return LINKS
