"""Made-up sentences with values in them, and what no sentence may be left with.

``[...]`` marks a value. The check knows nothing of how values are removed.
"""

import re
from collections.abc import Iterator

_DANGLING = (
    r"about|above|across|after|against|along|among|around|at|before|behind|below|beside"
    r"|between|beyond|by|despite|during|except|for|from|in|inside|into|like|near|of|on"
    r"|onto|over|past|per|regarding|since|through|till|to|toward|towards|under|until"
    r"|unto|upon|versus|via|with|within|without"
)
_NO_NOUN = (
    r"and|or|but|so|because|when|while|if|is|are|was|were|has|have|had|will|would|can"
    r"|could|should|today|tomorrow|yesterday|now|again|please|soon|later|then|too|also"
    r"|to|of|at|from|with|via|until"
)
_PARTICLES = r"(?:log|sign|come|hold|look|move|go|carry|turn|pass|check)(?:s|ed|ing)?"

FAULTS = {
    "a doubled space": re.compile(r"(?<=\S)[ \t]{2,}(?=\S)"),
    "a space at an edge": re.compile(r"\A\s|\s\Z|[ \t]+\n|\n[ \t]+"),
    "a space before a mark": re.compile(r"[ \t][.,;:!?)\]](?![:)(])"),
    "a mark at the beginning": re.compile(r"(?:\A|\n|[.!?]\s)[.,;:!?)]"),
    "two marks": re.compile(r"[,;:(][ \t]*[.,;:!?]|[.!?][ \t]*[,;:]|\.\s?\."),
    "a mark that nothing follows": re.compile(r"[,:;(\-\u2013][ \t]*(?:\Z|\n)"),
    "an empty bracket or quote": re.compile(
        r"\(\s*\)|\[\s*\]|<\s*>|\"\s*\"|\*\*\s*\*\*"
    ),
    "a preposition that leads nowhere": re.compile(
        rf"(?<!\w)(?<!-)(?:{_DANGLING})[ \t]*(?:[.,;:!?)]|\Z|\n)"
        rf"|(?<!\w)(?:at|from|with|of|via|by|for)[ \t]+(?:{_NO_NOUN})\b",
        re.IGNORECASE,
    ),
    "a join that joins nothing": re.compile(
        r"(?<!\w)(?:and|or|plus|nor)[ \t]*(?:[.,;:!?)]|\Z|\n)"
        r"|(?:\A|[.!?]\s|\n)(?:or|nor)\b",
        re.IGNORECASE,
    ),
    "an owner without a name": re.compile(r"(?:\A|\s)['\u2019]s\b"),
}
_PARTICLE = re.compile(rf"\b{_PARTICLES} (?:in|on|over|up|by|through)\b", re.IGNORECASE)


def faults(text: str) -> Iterator[str]:
    """What is wrong with a sentence; nothing for one that can be read."""
    readable = _PARTICLE.sub("went", text)
    for name, fault in FAULTS.items():
        if fault.search(readable):
            yield name


_SENTENCES = """
My email is [jane@example.com].
My email is [jane@example.com] and my phone is [555-010-0199].
Call me at [555-010-0199] or [555-010-0123].
Call me at [555-010-0199] or at [555-010-0123] after six.
Write to [jane@example.com] today.
Write to [jane@example.com], please.
Please write to [jane@example.com] and [bob@company.com].
Send the invoice to [jane@example.com], [bob@company.com] and [zoe@zoe.example].
Send the invoice to [jane@example.com], [bob@company.com], or [zoe@zoe.example], please.
I am [Jane Doe], and I need help.
I am [Jane Doe] and I need help.
Hi [Jane], how are you?
Hi [Jane]!
Hello [Jane] - thanks for your note.
Dear Mr. [Doe], your order has left.
Dear Mrs [Doe]: your order has left.
Dear Dr. [Jane Doe], thank you.
Thanks, [Jane].
Thanks, [Jane]
Best wishes, [Jane Doe]
Best, [Jane].
[Jane Doe] called this morning.
[Jane Doe] and [Bob Roe] called this morning.
[Jane Doe], [Bob Roe] and [Zoe Poe] called this morning.
Yesterday [Jane Doe] called.
The daughter of [Jane Doe] called.
The daughter of [Jane Doe] is ill.
The order was placed by [Jane Doe] on [3 March 1999].
The order was placed on [3 March 1999] by [Jane Doe].
I was born on [3 March 1999].
I was born on [3 March 1999] in [Bree].
I was born in [Bree] on [3 March 1999].
She lives at [12 Mill Lane], [Bree], and works from home.
She lives at [12 Mill Lane] in [Bree].
She lives in [Bree], near the mill.
Ship it to [12 Mill Lane, Bree], not to [14 Mill Lane, Bree].
Ship it to [12 Mill Lane, Bree].
My card (number [4111 1111 1111 1111]) was declined.
My card ([4111 1111 1111 1111]) was declined.
My card, [4111 1111 1111 1111], was declined.
My card [4111 1111 1111 1111] was declined.
The card ending in [1111] was declined.
The card with the number [4111 1111 1111 1111] was declined.
Card: [4111 1111 1111 1111]
Card: [4111 1111 1111 1111], valid until next year.
Name: [Jane Doe]
Name: [Jane Doe], city: [Bree]
E-mail: [jane@example.com]; phone: [555-010-0199].
Phone = [555-010-0199]
Contact - [jane@example.com]
Contact: [jane@example.com] (work), [jane@home.example] (home).
Contact: [jane@example.com].
From: [jane@example.com]
To: [jane@example.com]
Who is "[Jane Doe]"?
Who is [Jane Doe]?
Is [Jane Doe] at home?
Is this [Jane Doe]?
Did you mean [Jane Doe]?
Have you spoken with [Jane Doe]?
Have you spoken with [Jane Doe] about the bill?
I spoke with [Jane Doe] yesterday.
I spoke to [Jane Doe] and she agreed.
I spoke to [Jane Doe], who agreed.
I spoke to [Jane Doe] because of the bill.
I spoke to my doctor, [Jane Doe], about it.
My doctor, [Jane Doe], said so.
My doctor is [Jane Doe].
My doctor is called [Jane Doe].
My name is [Jane Doe].
My name is [Jane Doe], I am a nurse.
My name is [Jane Doe] and I am a nurse.
My name's [Jane Doe].
It is [Jane Doe]'s order.
[Jane Doe]'s order is late.
I have [Jane Doe]'s parcel at home.
I am at [Jane Doe]'s house.
The parcel for [Jane Doe] is here.
The parcel for the [Doe] family is here.
The parcel is for [Jane Doe].
The parcel came from [Jane Doe]!
The parcel (for [Jane Doe]) is here.
The parcel (from [Jane Doe], I think) is here.
The parcel [for you] is here.
Log in with [jane@example.com] and your password.
Log in with [jane@example.com].
Log in as [jane@example.com].
Sign in as [janedoe] with [hunter2hunter2].
My user name is [janedoe] and my password is [hunter2hunter2].
My user name is [janedoe], my password [hunter2hunter2].
Use [janedoe] as the user name.
Use the key [sk-aaaa-bbbb-cccc] for this test.
Use the key [sk-aaaa-bbbb-cccc].
The key is: [sk-aaaa-bbbb-cccc].
The key is [sk-aaaa-bbbb-cccc]: keep it.
The server at [10.0.0.7] is down.
The server [10.0.0.7] is down.
The server is at [10.0.0.7].
Connect to [10.0.0.7] via [10.0.0.8].
Connect to [10.0.0.7] from [10.0.0.8] now.
Connect via [10.0.0.8], then restart.
See [https://jane.example/me] for more.
See [https://jane.example/me].
For more, see [https://jane.example/me].
More at [https://jane.example/me], more or less.
My site ([https://jane.example/me]) is down.
My SSN is [123-45-6789].
My SSN is [123-45-6789], my ITIN is [912-34-5678].
My SSN: [123-45-6789].
SSN [123-45-6789]
SSN [123-45-6789], card [4111 1111 1111 1111].
The number is [123-45-6789], not [123-45-6780].
The number is either [123-45-6789] or [123-45-6780].
Neither [Jane Doe] nor [Bob Roe] came.
Both [Jane Doe] and [Bob Roe] came.
I sent it to [Jane Doe] & [Bob Roe].
I sent it to [Jane Doe]/[Bob Roe].
I sent it to [Jane Doe] / [Bob Roe] last week.
I sent it to Anna and [Bob Roe].
I sent it to [Jane Doe] and Anna.
I sent it to Anna, [Bob Roe] and Zoe.
I sent it to Anna, Zoe and [Bob Roe].
I sent it to Anna, Zoe, and [Bob Roe] yesterday.
Between [Jane Doe] and [Bob Roe] there was a fence.
Anna, meet [Bob Roe]; [Bob Roe], meet Anna.
Come here, [Jane].
Come here and [Jane] will help.
Come to [Bree] and see.
Come to [Bree]; it is lovely.
Come to lovely [Bree].
From [Bree] to [Dale] it is far.
I flew from [Bree] to [Dale].
I flew from [Bree] to [Dale] on [3 March 1999].
I flew from [Bree], via [Dale], to the sea.
Flights to [Bree] are full.
Flights to [Bree], [Dale] and the sea are full.
I work for [Acme Ltd].
I work for [Acme Ltd] in [Bree].
I work at [Acme Ltd] as a nurse.
I work at [Acme Ltd], in the kitchen.
I left [Acme Ltd] in spring.
The CEO of [Acme Ltd] left.
The CEO of [Acme Ltd], [Jane Doe], left.
[Jane Doe] of [Acme Ltd] left.
[Jane Doe] from [Acme Ltd] called about the bill.
[Jane Doe] ([jane@example.com]) called.
[Jane Doe] <[jane@example.com]>
[Jane Doe] <[jane@example.com]>, [Bob Roe] <[bob@company.com]>
Write to [Jane Doe] <[jane@example.com]> today.
Write to [Jane Doe] ([jane@example.com]).
The user **[Jane Doe]** is blocked.
The user *[Jane Doe]* is blocked.
The user `[janedoe]` is blocked.
The user '[janedoe]' is blocked.
- [Jane Doe]
- call [Jane Doe]
- call [Jane Doe] at [555-010-0199]
1. Call [Jane Doe].
My age is [34].
I am [34] years old.
She turned [34] in [Bree].
At [34], she moved.
He is [34], married.
My ZIP is [12345].
My ZIP code is [12345], in [Bree].
ZIP [12345]!
We met at [12:30 on 3 March] in the park.
Since [3 March 1999] I have been ill.
Until [3 March 1999], I was well.
It happened between [3 March 1999] and [5 March 1999].
It happened before [3 March 1999].
It happened near [Bree], at night.
It happened within [Bree] itself.
Per [Jane Doe], it is done.
According to [Jane Doe], it is done.
Thanks to [Jane Doe], it is done.
As for [Jane Doe], she is well.
Except for [Jane Doe], all came.
Like [Jane Doe], I was ill.
With [Jane Doe] away, we wait.
Without [Jane Doe] we wait.
What about [Jane Doe]?
What is [Jane Doe]'s number?
Where does [Jane Doe] live?
Who has it now, [Jane Doe] or [Bob Roe]?
Can you ask [Jane Doe] to call me at [555-010-0199]?
Can you ask [Jane Doe] (or [Bob Roe]) to call?
Could you forward this to [jane@example.com]? Thanks.
Could you forward this to [jane@example.com] again?
Could you cc [bob@company.com]?
Please cc [bob@company.com] on it.
Please forward to [jane@example.com] cc [bob@company.com].
Text [555-010-0199] or mail [jane@example.com].
Text me ([555-010-0199]).
Text me: [555-010-0199]!
Reach me on [555-010-0199] until noon.
Reach me on [555-010-0199], [555-010-0123] or [555-010-0145].
My IBAN is [GB33BUKB20201555555555].
Pay to [GB33BUKB20201555555555] by Friday.
Pay by [GB33BUKB20201555555555].
Pay [Jane Doe] by wire to [GB33BUKB20201555555555].
The plate is [ABC 1234], the VIN [1M8GDM9AXKP042788].
A car with plate [ABC 1234] hit me.
My MRN is [MRN-0012345]; please check.
Patient [Jane Doe], born [3 March 1999], was seen.
Patient: [Jane Doe] (born [3 March 1999]).
The patient, [Jane Doe], [34], was seen by Dr. [Roe].
Seen by Dr. [Roe] on [3 March 1999] at [Bree General].
Regards, [Jane Doe], [Acme Ltd]
Sent from [Jane]'s phone
Thanks. [Jane], please call.
Thanks. [Jane Doe].
Done by: [Jane Doe] / [3 March 1999]
"""

SENTENCES = [line for line in _SENTENCES.splitlines() if line]


def taken_apart(sentence: str) -> tuple[str, list[tuple[int, int]]]:
    """The sentence without marks, and where its values stand."""
    text, spans = "", []
    for part in re.split(r"(\[[^\]]+\])", sentence):
        if part.startswith("["):
            spans.append((len(text), len(text) + len(part) - 2))
            part = part[1:-1]
        text += part
    return text, spans
