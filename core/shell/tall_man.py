"""Drug names that are taken for another, written so that their difference is seen.

From the lists of look-alike drug names with recommended tall man letters of the US Food and Drug
Administration and the Institute for Safe Medication Practices (ISMP, 2023): the generic names that
a clinic's formulary is likely to hold.
https://www.ismp.org/recommendations/tall-man-letters-list
"""

import re

NAMES = """
acetaZOLAMIDE ALPRAZolam aMILoride amLODIPine ARIPiprazole atoMOXetine azaCITIDine azaTHIOprine
buPROPion busPIRone carBAMazepine CARBOplatin ceFAZolin cefTRIAXone chlordiazePOXIDE chlorproMAZINE
CISplatin clomiPHENE clomiPRAMINE clonazePAM cloNIDine cloZAPine cycloSERINE cycloSPORINE
DACTINomycin DAPTOmycin DAUNOrubicin diazePAM dilTIAZem dimenhyDRINATE diphenhydrAMINE DOBUTamine
DOPamine DOXOrubicin DULoxetine ePHEDrine EPINEPHrine fentaNYL FLUoxetine fluPHENAZine fluvoxaMINE
glipiZIDE glyBURIDE guaiFENesin guanFACINE hydrALAZINE hydroCHLOROthiazide HYDROcodone
HYDROmorphone hydrOXYzine inFLIXimab ISOtretinoin lamiVUDine lamoTRIgine levETIRAcetam LORazepam
medroxyPROGESTERone metFORMIN methylPREDNISolone methylTESTOSTERone metroNIDAZOLE mitoMYcin
niCARdipine NIFEdipine niMODipine OLANZapine OXcarbazepine oxyCODONE PARoxetine
PENTobarbital PHENobarbital prednisoLONE predniSONE QUEtiapine quiNIDine quiNINE raNITIdine
rifAMPin rifAXIMin risperiDONE riTUXimab rOPINIRole SAXagliptin sitaGLIPtin sulfADIAZINE
sulfaSALAzine SUMAtriptan tiaGABine tiZANidine TOLAZamide TOLBUTamide traMADol traZODone
valACYclovir valGANciclovir vinBLAStine vinCRIStine ZOLMitriptan
"""

_TALL = {name.lower(): name for name in NAMES.split()}
_WORD = re.compile(r"[A-Za-z]{6,}")


def tall_man(text: str) -> str:
    """The text with every drug name of the lists in tall man letters; other words as they were."""
    return _WORD.sub(lambda word: _TALL.get(word[0].lower(), word[0]), text)
