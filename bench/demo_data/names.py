"""Names of the world, so that a demo shows accents, scripts, long and single names."""

from typing import NamedTuple


class People(NamedTuple):
    """Names of one language: families (with the other script where there is one) and given names."""

    language: str
    families: str
    women: str
    men: str


POOLS = (
    People(
        "sw",
        "Wanjiru Otieno Kamau Mwangi Achieng Njoroge Kiplagat Wambui Odhiambo Cheruiyot",
        "Grace Akinyi Njeri Wairimu Faith Mercy Zawadi Neema",
        "Brian Kevin Juma Baraka Kiprono Moses Daudi Samuel",
    ),
    People(
        "ar",
        "Al-Masri/المصري Haddad/حداد El-Sayed/السيد Khalil/خليل Ben-Youssef/بن_يوسف Nasser/ناصر"
        " Abdelrahman/عبد_الرحمن Mansour/منصور",
        "Fatima/فاطمة Layla/ليلى Mariam/مريم Nour/نور Amal/أمل Salma/سلمى",
        "Omar/عمر Youssef/يوسف Ahmed/أحمد Karim/كريم Tariq/طارق Hassan/حسن",
    ),
    People(
        "zh",
        "Wang/王 Li/李 Zhang/张 Chen/陈 Ouyang/欧阳 Zhao/赵 Huang/黄 Lin/林",
        "Xiuying/秀英 Mei/梅 Yue/月 Jing/静 Xiaoli/晓丽 Lan/兰",
        "Wei/伟 Jun/军 Ming/明 Haoran/浩然 Qiang/强 Zihan/子涵",
    ),
    People(
        "es",
        "Núñez_Ibáñez Muñoz_Peña Rodríguez_Gómez Ávila Castañeda Echeverría_Zúñiga De_la_Cruz Ñíguez",
        "María_José Begoña Sofía Lucía Inés Ángela Concepción",
        "José_Ángel Andrés Ramón Íñigo Joaquín Sebastián Martín",
    ),
    People(
        "pl",
        "Wiśniewska Błaszczykowski Dąbrowski Kościuszko Żółkiewski Dvořák Šťastný Kovács Müller-Lüdenscheidt",
        "Małgorzata Zofia Agnieszka Jadwiga Käthe Ágnes Božena",
        "Łukasz Stanisław Jiří Günther György Miloš Bartłomiej",
    ),
    People(
        "en",
        "O'Sullivan D'Angelo Featherstonehaugh-Cholmondeley MacGillivray-Ross Ní_Dhomhnaill"
        " Fitzgerald-O'Shaughnessy St._John-Mollusc Van_der_Berg",
        "Siobhán Aoife Mary-Kate Caoimhe Penelope-Jane Niamh",
        "Séamus Pádraig John-Paul Aurelius Cillian Ruairí",
    ),
    People(
        "hi",
        "Sharma Iyer Venkataraman Mukherjee Banerjee Chattopadhyay Ramanathan Kaur",
        "Ananya Lakshmi Priyanka Meenakshi Sunita Aishwarya",
        "Rohan Arjun Venkatesh Harpreet Siddharth Subramaniam",
    ),
    People(
        "vi",
        "Nguyễn Trần Lê Phạm Huỳnh Đặng Võ",
        "Thị_Hoa Ngọc_Anh Thùy_Linh Mai Phương",
        "Văn_Minh Đức_Thắng Quốc_Bảo Hùng Tuấn",
    ),
    People(
        "ru",
        "Ivanova-Petrova/Иванова-Петрова Sokolov/Соколов Kuznetsova/Кузнецова Shevchenko/Шевченко",
        "Anastasia/Анастасия Yekaterina/Екатерина Olga/Ольга Tatyana/Татьяна",
        "Dmitri/Дмитрий Sergei/Сергей Alexei/Алексей Bohdan/Богдан",
    ),
    People(
        "am",
        "Tesfaye Bekele Gebremariam Haile Woldemariam Alemayehu",
        "Hiwot Selam Tigist Meseret Bethlehem",
        "Abebe Dawit Yohannes Tewodros Mulugeta",
    ),
    People(
        "fr",
        "Lefèvre-Dubois Traoré Diallo Ndiaye Beaulieu Benoît-Étienne",
        "Aïssatou Chloé Françoise Anaïs Fatoumata Zoé",
        "Mamadou François Noël Loïc Ousmane Jérôme",
    ),
    People(
        "ko",
        "Kim/김 Park/박 Choi/최 Jung/정",
        "Seo-yeon/서연 Ji-woo/지우 Min-ji/민지 Eun-ha/은하",
        "Min-jun/민준 Ji-hoon/지훈 Dong-hyun/동현 Sang-woo/상우",
    ),
)
ONE_NAME_ONLY = ("Suharti", "Tenzin", "Sukarno")
"""People whose only name stands where others have a family name."""
