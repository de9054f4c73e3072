"""The words that deny, restrict or turn round what a text says: tables for the reading of negation."""

from collections.abc import Iterable

Phrases = dict[str, tuple[tuple[str, ...], ...]]


def _index(phrases: Iterable[str]) -> Phrases:
    """Phrases as words, by their first word, the longest first."""
    index: dict[str, list[tuple[str, ...]]] = {}
    for said in phrases:
        words = tuple(said.split())
        index.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(found, key=len, reverse=True)) for first, found in index.items()}


CONTRAST = frozenset(
    {
        "but", "though", "although", "however", "whereas", "instead", "yet", "while", "otherwise",
    }
)  # fmt: skip
RESETS = frozenset(
    {
        "only", "just", "plenty", "mostly", "mainly", "lots", "loads", "rather", "yes", "yep", "yeah",
        "fluent", "solid", "strong", "comfortable", "expert", "also", "otherwise", "everything", "besides",
        "mine",
    }
)  # fmt: skip
NEW_CLAUSE = frozenset(
    {
        "i",
        "we",
        "my",
        "our",
        "it",
        "this",
        "that",
        "he",
        "she",
        "they",
        "what",
        "how",
        "which",
        "is",
        "are",
        "can",
    }
    | {
        "does",
        "do",
        "where",
        "should",
        "will",
        "still",
        "good",
        "great",
        "years",
        "lot",
        "a",
        "would",
        "could",
    }
)
NOT = frozenset(
    {
        "not", "never", "cannot", "hardly", "barely", "scarcely", "rarely", "dont", "doesnt", "didnt",
        "isnt", "arent", "wasnt", "werent", "havent", "hasnt", "hadnt", "cant", "couldnt", "wont",
        "wouldnt", "aint", "shouldnt",
    }
)  # fmt: skip
NONE = frozenset(
    {
        "no", "zero", "none", "nothing", "neither", "nor", "nope", "nil", "minus", "sans",
    }
)  # fmt: skip
SELF = frozenset(
    {
        "i", "we", "me", "my", "mine", "us", "our", "ours", "im", "ive", "myself",
    }
)  # fmt: skip
SUBJECTS = SELF | frozenset(
    {
        "and", "or", "team", "company", "colleagues", "they", "who", "there", "am", "was", "do", "did",
        "have", "still", "honestly", "actually", "personally", "also", "simply", "currently", "really",
        "sadly", "admittedly", "so", "that", "because", "since", "yes", "no", "well", "you", "to", "sorry",
        "id", "just", "would", "had",
    }
)  # fmt: skip
ASKED = frozenset(
    {
        "i", "we", "you", "it", "that", "this", "they", "the", "my", "our", "there",
    }
)  # fmt: skip
FILLERS = frozenset(
    {
        "of", "with", "in", "about", "to", "on", "the", "a", "an", "any", "real", "prior", "much", "more",
        "formal", "hands", "practical", "production", "proper", "serious", "at", "all", "for", "as", "our",
        "my", "whatsoever", "deep", "kind", "sort", "single", "cloud", "ever", "me", "us", "what", "they",
        "how", "than", "when", "comes", "it", "either", "actual", "work",
    }
)  # fmt: skip
KNOWING = frozenset(
    {
        "experience", "knowledge", "idea", "clue", "background", "skill", "skills", "exposure", "practice",
        "contact", "understanding", "expertise", "training", "touch", "grasp", "sense", "talent", "feel",
        "history", "love", "time", "chance", "opportunity", "dealings", "business", "part", "hands",
        "interest", "need", "use", "work",
    }
)  # fmt: skip
# "I don't want idle machines", "we never leave keys in git": the verb is denied, the skill is not.
HARMLESS = frozenset(
    {
        "want", "wanna", "let", "allow", "pay", "overpay", "waste", "leave", "store", "commit", "hardcode",
        "forget", "mind", "care", "trust", "sleep", "click", "stop", "lose", "break", "fail", "exceed",
        "share", "expose", "leak", "put", "give", "grant", "keep", "only", "just", "merely", "simply",
        "solely", "need", "bore", "spend", "miss", "mean", "burn", "overspend", "hesitate", "panic", "go",
        "crash", "get", "worry", "regret", "dislike",
    }
)  # fmt: skip
EXTENTS = frozenset(
    {
        "only", "just", "merely", "simply", "solely", "exclusively",
    }
)  # fmt: skip
SAYING = frozenset(
    {
        "say", "claim", "call", "pretend", "think", "believe", "argue", "describe", "true", "as", "like",
    }
)  # fmt: skip
TRAILING = frozenset(
    {
        "at", "all", "yet", "really", "so", "much", "sadly", "ever", "there", "either", "though", "a",
        "bit", "one", "whatsoever", "unfortunately", "touched", "tried", "used", "done", "did", "it",
        "them", "please", "that", "thanks", "sorry", "anything", "experience", "idea", "clue", "way",
        "chance", "thank", "you", "before",
    }
)  # fmt: skip
# Words that lack without any "not"; with one in front they turn round ("no stranger to", "not new to").
LACKING = _index(
    (
        "new to", "lack", "lacks", "lacking", "lacked", "unfamiliar", "stranger to", "a stranger",
        "clueless", "ignorant", "beginner", "a beginner", "a novice", "novice", "newbie", "newcomer",
        "noob", "rookie", "weak on", "weak in", "weak at", "weak with", "bad at", "bad with", "poor at",
        "terrible at", "hopeless at", "hopeless with", "useless at", "useless with", "yet to",
        "foreign to", "alien to", "unknown to", "a mystery", "beyond me", "over my head", "greek to me",
        "chinese to me", "foreign", "alien", "unknown", "brand new", "a blank", "black box",
        "someone else", "somebody else", "someone elses", "somebody elses", "another team", "other team",
        "other teams do", "other people do", "a colleague", "my colleague", "colleagues do",
        "colleagues handle", "colleague does", "others do", "others handle", "missing", "short on",
        "shaky on", "struggle with", "afraid of", "scared of", "avoid", "avoided", "avoiding", "skipped",
        "steer clear", "stayed away", "stay away", "haven got", "miles from", "far from",
        "out of my depth", "inexperienced", "untrained", "unskilled", "unsure", "gap in", "gaps in",
        "lost with", "lost when", "lost in", "little idea", "little experience", "little knowledge",
        "closed book", "a closed book", "done by colleagues", "done by others", "handled by",
        "looked after by", "managed by", "scares me", "confuses me", "baffles me", "intimidates me",
        "allergic to", "green when", "green at", "new for me", "new territory", "uncharted",
        "virgin territory", "still to learn", "the security team", "the platform team", "the ops team",
        "the dba team", "the dbas", "the finance team", "outsourced",
    )
)  # fmt: skip
DEGREES = frozenset({"a", "an", "exactly", "completely", "totally", "really", "entirely"})
NEEDING = frozenset(
    {
        "would", "be", "couldnt", "wouldnt", "lost", "impossible", "unemployed", "wont",
    }
)  # fmt: skip
EXCEPTIONS = _index(
    (
        "apart from", "aside from", "except", "except for", "excepting", "excluding", "other than",
        "with the exception of", "all but", "everything but", "anything but", "outside of", "minus",
        "save for", "barring", "bar",
    )
)  # fmt: skip
# Work *for* others is no sign that others do the work.
SHARING = frozenset(
    {
        "for", "with", "to", "from", "across", "help", "teach", "of", "and", "between",
    }
)  # fmt: skip
# "I have heard of X but never used it": the second half speaks of the first.
HEARSAY = frozenset(
    {
        "read", "heard", "seen", "know", "studied", "watched", "learned", "looked", "like", "love",
    }
)  # fmt: skip
TRIGGERS = NOT | NONE | LACKING.keys() | EXCEPTIONS.keys() | {"without", "anything"}
