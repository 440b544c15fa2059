"""What is a conversation about? (text, topic so far) -> topic.

Ours is lexical: it counts words. A conversation that came to health, money or a special
category of data stays there, for what was told of it is not untold by small talk.
"""

import re
from collections.abc import Callable, Mapping

from .words import words as word_set

Topic = Callable[[str, str], str]
"""Takes a text and the topic so far, "" for none; returns the topic from here on.

Any topic but "" calls for care: the ready-made profiles keep less under it.
"""

# A word that is enough by itself, and words of which it takes two.
_WORDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "special": (
        word_set(
            "abortion asylum atheist bisexual christian church convicted",
            "conviction ethnicity felony gay hindu homosexual imam jewish lesbian",
            "mosque muslim parolee racial refugee religion religious sikh",
            "synagogue transgender unionized biometric biometrics",
        ),
        word_set(
            "arrest arrested belief beliefs criminal dna ethnic faith fingerprint",
            "fingerprints genetic gender orientation party political prayer",
            "sexual strike union vote voted",
        ),
    ),
    "health": (
        word_set(
            "aids allergic allergy anaemia anemia antibiotic antibiotics",
            "antidepressant antidepressants asthma biopsy cancer carcinoma",
            "chemotherapy cholesterol copd dementia depression diabetes diabetic",
            "diagnosed diagnoses diagnosis dialysis epilepsy hepatitis hiv",
            "hospitalised hospitalized hypertension icd insulin leukemia lymphoma",
            "mammogram medication medications metastatic migraine miscarriage mri",
            "oncologist oncology patient patients pneumonia pregnancy pregnant",
            "prescribed prescription psychiatrist psychiatric radiology rehab",
            "schizophrenia stroke surgeon surgery symptom symptoms therapist",
            "tumor tumour ultrasound vaccination vaccinated",
        ),
        word_set(
            "acute bleeding blood chronic clinic clinical condition cough doctor",
            "dose dr emergency fever gp health hospital illness infection injury",
            "lab medical medicine mg nurse pain physician pills positive pressure",
            "scan sick test tests therapy treatment ward x-ray",
        ),
    ),
    "finance": (
        word_set(
            "bankrupt bankruptcy cvc cvv foreclosure iban mortgage overdraft",
            "payday payslip salary",
        ),
        word_set(
            "account bank balance card credit creditor debit debt deposit income",
            "invest investment loan money pay payment pension routing tax taxes",
            "transaction transfer wire withdraw withdrawal",
        ),
    ),
}
_FIND = re.compile(r"[a-z]+(?:-[a-z]+)?")


def lexical(text: str, previous: str) -> str:
    """ "health", "special", "finance" or "", by the words of a text.

    >>> lexical("My doctor found a lump, the test is on Monday.", "")
    'health'
    """
    if previous:
        return previous
    words = set(_FIND.findall(text.lower()))
    for topic, (strong, weak) in _WORDS.items():
        if words & strong or len(words & weak) > 1:
            return topic
    return ""
