"""Drawn people with names as they are common where the six languages are spoken, and twins as clinics make them.

Nobody here is a person: names are put together by chance. Each language has its scripts; some people have no telephone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

NAMES: dict[str, tuple[str, str, str]] = {
    "en": (
        "Mary Grace Joyce Esther Ruth Agnes Florence Margaret Elizabeth Sarah Rebecca Mercy Beatrice Patricia "
        "Alice Rose",
        "John James Joseph Peter David Samuel Daniel Michael George Charles Emmanuel Francis Robert Stephen "
        "Thomas Paul",
        "O'Brien Smith Okello Mensah Banda Phiri Mwale Okafor Adeyemi Boateng Owusu Asante Nkosi Dlamini Moyo "
        "Ncube Tembo "
        "Zulu Chanda Mulenga Johnson Williams Brown Taylor Wilson Walker Wright Green Baker Cooper",
    ),
    "fr": (
        "Élodie Aïssatou Fatoumata Mariam Aminata Awa Céline Hélène Françoise Thérèse Geneviève Adèle Inès "
        "Noëlle Kadiatou",
        "Jean-Pierre Mamadou Ibrahima Ousmane Moussa Abdoulaye François Étienne Rémi Gérard André Cheikh "
        "Amadou Boubacar",
        "N'Diaye Traoré Diallo Coulibaly Keïta Konaté Touré Camara Sylla Bâ Sow Fofana Cissé Dembélé Sangaré "
        "Koné Ouattara "
        "Bamba Lefèvre Dupré Mbaye Gueye Faye Sarr Diop Kaboré Ouédraogo Sawadogo",
    ),
    "es": (
        "María José Ana Lucía Sofía Rosa Carmen Juana Inés Beatriz Verónica Mónica Ángela Yolanda Concepción "
        "Belén Rocío",
        "José Juan Carlos Luis Jesús Andrés Martín Raúl Óscar Víctor Julián Tomás Hernán Ramón Germán Iván "
        "Simón Adrián",
        "García Núñez Muñoz López Pérez Rodríguez Sánchez Ramírez Gómez Díaz Vásquez Quispe Mamani Huamán "
        "Condori Flores "
        "Rojas Peña Ibáñez Ordóñez Cáceres Chávez Ríos Salazar Espinoza Guzmán Córdova Yáñez",
    ),
    "sw": (
        "Fatuma Amina Asha Zainab Mwanaisha Halima Rehema Neema Saida Khadija Mwajuma Zuhura Subira Tatu "
        "Bahati Rukia",
        "Juma Hamisi Rashidi Salim Bakari Omari Athumani Saidi Hassani Ramadhani Shabani Issa Mussa Abdallah "
        "Khalfan Idi",
        "Mwinyi Kombo Makame Mkapa Nyerere Kikwete Mbwana Mtumwa Mshamu Ngoma Kilonzo Mutua Wanjiru Njoroge "
        "Kamau Otieno "
        "Ochieng Ng'ang'a Kariuki Mwangi Nyambura Wambui Chebet Kiplagat Ali Hassan Mohamed Bakari",
    ),
    "hi": (
        "फ़ातिमा सुनीता अनीता गीता सीता रेखा कमला विमला ज़ैनब शबनम पूजा प्रियंका संतोष चाँदनी सरिता कविता "
        "मीना लक्ष्मी राधा उषा",
        "राजेश सुरेश रमेश महेश दिनेश मुकेश राकेश अशोक विजय अजय संजय मोहन सोहन राम श्याम हरीश नरेश फ़िरोज़ "
        "अनिल सुनील",
        "शर्मा वर्मा सिंह यादव गुप्ता मिश्रा तिवारी चौधरी पाण्डेय कुशवाहा प्रजापति विश्वकर्मा अंसारी ख़ान "
        "मौर्य राजपूत ठाकुर जोशी पटेल देसाई",
    ),
    "ar": (
        "فاطمة عائشة خديجة مريم زينب أسماء إيمان آمنة هدى ليلى سلمى نجلاء رقية حليمة سعاد نادية هبة منى شيماء "
        "سارة",
        "أحمد محمد محمود إبراهيم علي حسن حسين عمر عثمان خالد يوسف مصطفى عبدالله عبدالرحمن سعيد صالح طارق ياسر "
        "يحيى موسى",
        "الحسن الخطيب المصري السوداني الأمين النور العلي المهدي الطيب إدريس البشير آدم حامد الفاضل هاشم نصر "
        "القاضي الشريف بكري جابر",
    ),
}  # fmt: skip
# How some of the names are written where another script is used: a clerk's hand, not a rule.
IN_LATIN = {
    "فاطمة": "Fatima", "عائشة": "Aisha", "خديجة": "Khadija", "مريم": "Mariam", "زينب": "Zainab", "أحمد": "Ahmed",
    "محمد": "Mohamed", "علي": "Ali", "حسن": "Hassan", "عمر": "Omar", "فاطمه": "Fatma", "सुनीता": "Sunita",
    "गीता": "Geeta", "राजेश": "Rajesh", "मोहन": "Mohan", "शर्मा": "Sharma", "सिंह": "Singh", "ख़ान": "Khan",
}  # fmt: skip
CODES = {"en": "260", "fr": "221", "es": "51", "sw": "255", "hi": "91", "ar": "249"}
VARIANTS = [
    ("أ", "ا"),
    ("إ", "ا"),
    ("آ", "ا"),
    ("ة", "ه"),
    ("ى", "ي"),
    ("ि", "ि"),
    ("\u093c", ""),
    ("ँ", "ं"),
    ("ण्ड", "ंड"),
]
KINDS = ("spelling", "script", "telephone", "swapped", "year")


@dataclass(frozen=True)
class Drawn:
    """Somebody who never was. `language`: whose names; `twin_of` and `kind`: whom they double, and how."""

    name: str
    sex: str
    birth_year: int
    phone: str
    language: str
    twin_of: int | None = None
    kind: str = ""


def drawn(count: int, seed: int) -> list[Drawn]:
    """`count` people, a sixth of each language, 25 to 90 years old, three in four with a telephone."""
    chance = random.Random(seed)
    return [_one(chance, list(NAMES)[n % len(NAMES)]) for n in range(count)]


def _one(chance: random.Random, language: str) -> Drawn:
    women, men, families = (names.split() for names in NAMES[language])
    woman = chance.random() < 0.55
    given = chance.sample(women if woman else men, 1 if chance.random() < 0.4 else 2)
    family = chance.sample(families, 2 if language == "es" else 1)
    phone = f"07{chance.randrange(10**8):08}" if chance.random() < 0.75 else ""
    born = 2026 - int(chance.triangular(25, 90, 48))
    return Drawn(" ".join(given + family), "female" if woman else "male", born, phone, language)


def twins(people: list[Drawn], count: int, seed: int) -> list[Drawn]:
    """`count` twins of so many of them, each of one kind, evenly. Two in three of the kind `script` change letter forms
    within their script, one in three is written in another script (`transliterated`)."""
    chance = random.Random(seed)
    order = chance.sample(range(len(people)), len(people))
    found: list[Drawn] = []
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        if kind == "script" and n % 3 == 0:
            kind = "transliterated"
        of = next(at for at in order if _can(people[at], kind))
        order.remove(of)
        found.append(replace(_doubled(people[of], kind, chance), twin_of=of, kind=kind))
    return found


def _can(one: Drawn, kind: str) -> bool:
    words = one.name.split()
    return {
        "telephone": bool(one.phone),
        "swapped": len(words) > 1,
        "script": _varied(one.name) != one.name,
        "transliterated": one.language in ("ar", "hi"),
    }.get(kind, max(map(len, words)) > 3)


def _varied(name: str) -> str:
    for letter, other in VARIANTS:
        name = name.replace(letter, other)
    plain = str.maketrans("éèêëàâïîôûçñáíóúÉÁÓ’", "eeeeaaiioucnaiouEAO'")
    return name.translate(plain)


def _doubled(one: Drawn, kind: str, chance: random.Random) -> Drawn:
    words = one.name.split()
    match kind:
        case "spelling":
            return replace(one, name=_misspelt(words, chance))
        case "script":
            return replace(one, name=_varied(one.name))
        case "transliterated":
            return replace(one, name=" ".join(IN_LATIN.get(word, f"Latin{len(word)}") for word in words))
        case "telephone":
            return replace(one, phone=f"+{CODES[one.language]} {one.phone[1:4]} {one.phone[4:7]} {one.phone[7:]}")
        case "swapped":
            return replace(one, name=" ".join(words[1:] + words[:1]))
    return replace(one, birth_year=one.birth_year + chance.choice((-1, 1)))


def _misspelt(words: list[str], chance: random.Random) -> str:
    """One letter of one word left out, put in, changed, or exchanged with its neighbour."""
    at = chance.choice([n for n, word in enumerate(words) if len(word) > 3])
    word = words[at]
    n, letter = chance.randrange(1, len(word) - 1), chance.choice(word)
    how = chance.randrange(4)
    changed = (
        word[:n] + word[n + 1 :], word[:n] + letter + word[n:], word[:n] + letter + word[n + 1 :],
        word[:n] + word[n + 1] + word[n] + word[n + 2 :],
    )[how]  # fmt: skip
    return " ".join([*words[:at], changed, *words[at + 1 :]])
