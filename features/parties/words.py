"""Words of firms' names that do not tell one firm from another: legal forms, places, trades."""

from __future__ import annotations

import unicodedata
from unicodedata import combining

import pycountry

# General knowledge of company names throughout this file. All lower case, without points or accents.
_LEGAL = """
co ltd limited company inc incorporated corp corporation llc llp lp plc gmbh ag kg kgaa se bv nv sa sas sarl srl spa sl
spzoo oy ab as asa aps jsc ojsc cjsc pjsc ooo oao zao pao too ao kk kabushiki kaisha pte pvt private pty sdn bhd pt tbk
fze fzco
fzc dmcc sadecv ltda saf sae saoc wll est tic sti san partnership public
"""
LEGAL_WORDS = frozenset(_LEGAL.split())
LEGAL_PHRASES = {
    " sa de cv ": " sadecv ",
    " s de rl de cv ": " sadecv ",
    " sp z oo ": " spzoo ",
    " sp z o o ": " spzoo ",
}
EMPTY_WORDS = frozenset({"the", "and", "of", "for", "und", "et", "y"})

# Cyrillic letters as passports and invoices spell them (ICAO Doc 9303, part 3, without its doubled signs).
CYRILLIC = dict(
    zip("абвгґдезиіклмнопрстуўфыэъь", [*"abvggdeziiklmnoprstuufye", "", ""], strict=True),
    ж="zh", х="kh", ц="ts", ч="ch", ш="sh", щ="shch", ю="yu", я="ya", є="ye",
)  # fmt: skip

_TRADES = """
trading: trade traders trader trdg merchants commerce commercial
import: imp imports importer importers impex
export: exp exports exporter exporters
international: intl int internacional internationale
industrial: ind industry industries industria industrie works
technology: tech technologies technological technical
manufacturing: mfg manufacture manufacturer manufacturers mfrs factory
materials: material mat
metals: metal metallic metall metally
metallurgy: metallurgical smelting smelter refinery refining
minerals: mineral mining mines mine
chemical: chem chemicals chemistry chemie
electronics: electronic elec
electric: electrical denki
machinery: machine machines mechanical
equipment: equip
engineering: engg eng engineers
logistics: logistic
freight: forwarding forwarder forwarders cargo
shipping: ship maritime marine
transport: transportation express
enterprise: enterprises
holdings: holding
products: product goods
resources: resource
systems: system
services: service
solutions: solution
building: construction bldg
ceramics: ceramic tile tiles
magnets: magnet magnetic magnetics
energy: power
development: dev
aerospace: aero aviation
defense: defence
institute: research academy
global: globe world worldwide universal
group:
general: new advanced high first star sun golden great united supply chain link rare earth nonferrous precious plastics
 textile garment glass paper food steel iron copper aluminum aluminium tungsten antimony graphite gallium germanium
 indium bismuth molybdenum tellurium alloy semiconductor optical photonics battery motor motors auto automotive parts
 hardware tools medical pharma university national shipbuilding heavy light investment capital center centre office
 branch agency science home house city digital data network sensor industriales bau handels handel vertriebs
"""


def _trade_words() -> dict[str, str]:
    """Give each trade word the one form under which names that differ only in spelling agree."""
    found: dict[str, str] = {}
    for line in _TRADES.replace("\n ", " ").strip().splitlines():
        head, _, rest = line.partition(":")
        if head == "general":
            found |= {word: word for word in rest.split()}
        else:
            found |= dict.fromkeys((head, *rest.split()), head)
    return found


TRADE_WORDS = _trade_words()

_CHINESE_PLACES = (
    "北京beijing 上海shanghai 天津tianjin 重庆chongqing 河北hebei 山西shanxi 辽宁liaoning 吉林jilin 黑龙江heilongjiang "
    "江苏jiangsu 浙江zhejiang 安徽anhui 福建fujian 江西jiangxi 山东shandong 河南henan 湖北hubei 湖南hunan "
    "广东guangdong 海南hainan 四川sichuan 贵州guizhou 云南yunnan 陕西shaanxi 甘肃gansu 青海qinghai 台湾taiwan "
    "内蒙古neimenggu 广西guangxi 西藏xizang 宁夏ningxia 新疆xinjiang 香港hongkong 澳门macao 深圳shenzhen 广州guangzhou "
    "东莞dongguan 佛山foshan 珠海zhuhai 中山zhongshan 惠州huizhou 厦门xiamen 福州fuzhou 泉州quanzhou 宁波ningbo "
    "杭州hangzhou 温州wenzhou 义乌yiwu 苏州suzhou 南京nanjing 无锡wuxi 常州changzhou 青岛qingdao 济南jinan 烟台yantai "
    "大连dalian 沈阳shenyang 长春changchun 哈尔滨harbin 武汉wuhan 长沙changsha 株洲zhuzhou 郴州chenzhou 南昌nanchang "
    "赣州ganzhou 南宁nanning 桂林guilin 柳州liuzhou 昆明kunming 成都chengdu 西安xian 郑州zhengzhou 洛阳luoyang "
    "包头baotou 兰州lanzhou 合肥hefei 贵阳guiyang 中国china 日本japan 韩国korea 越南vietnam 泰国thailand 美国usa "
    "墨西哥mexico 新加坡singapore 马来西亚malaysia 印度india 德国germany 俄罗斯russia 东京tokyo 大阪osaka "
)
_CHINESE_WORDS = (
    "股份有限公司= 有限责任公司= 有限公司= 分公司= 公司= 株式会社= 集团=group 控股=holdings "
    "国际贸易=international+trading 进出口贸易=import+export+trading 进出口=import+export 贸易=trading "
    "商贸=trading 外贸=trading 国际=international 实业=industrial 工业=industrial 工贸=industrial+trading "
    "科技=technology 技术=technology 新材料=new+materials 材料=materials 供应链=supply+chain "
    "供应链管理=supply+chain 物流=logistics 货运=freight 货代=freight 运输=transport 快递=transport "
    "制造=manufacturing 有色金属=nonferrous+metals 金属=metals 冶金=metallurgy 冶炼=metallurgy 矿业=minerals "
    "矿产=minerals 建材=building+materials 建筑材料=building+materials 电子=electronics 化工=chemical "
    "化学=chemical 机械=machinery 机电=machinery+electric 设备=equipment 发展=development 投资=investment "
    "企业=enterprise 环球=global 全球=global 陶瓷=ceramics 塑料=plastics 纺织=textile 服装=garment "
    "电器=electric 电气=electric 电机=electric+machinery 新能源=new+energy 能源=energy 工程=engineering "
    "航空航天=aerospace 宇宙航空=aerospace 航空=aerospace 宇航=aerospace 航天=aerospace 造船=shipbuilding "
    "船舶=shipping 重工=heavy+industrial 系统=systems 研究院=institute 研究所=institute 大学=university "
    "防务=defense 防卫=defense 半导体=semiconductor 稀土=rare+earth 磁性材料=magnets+materials 磁材=magnets "
    "磁业=magnets 锑业=antimony 钨业=tungsten 钼业=molybdenum 锗业=germanium 铋业=bismuth 石墨=graphite "
    "合金=alloy 电池=battery 汽车=auto 五金=hardware "
)


_OTHER_PLACES = (
    "hong kong|hk|macau|new york|los angeles|dubai|london|rotterdam|antwerp|hamburg|bangkok|ho chi minh|hanoi|haiphong"
    "|seoul|busan|taipei|kaohsiung|usa|us|uk|uae|eu|prc|roc|russia|turkey|laos|korea|america|american|asia"
    "|asian|europe|european|pacific|africa|african|far east|middle east"
)


def _chinese_places() -> dict[str, str]:
    found = {}
    for word in _CHINESE_PLACES.split():
        signs = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        found[signs] = word.removeprefix(signs)
    return found


def _chinese_words() -> dict[str, str]:
    """Map Chinese places, trades and legal forms to the same words in Latin letters, longest first."""
    pairs = (pair.partition("=") for pair in _CHINESE_WORDS.split())
    found = _chinese_places() | {sign: latin.replace("+", " ") for sign, _, latin in pairs}
    return {sign: f" {found[sign]} " for sign in sorted(found, key=lambda sign: (-len(sign), sign))}


def _places() -> tuple[frozenset[str], dict[str, str]]:
    """Words that name a place, and place names of several words with their joined form, longest first."""
    countries = {
        str(getattr(country, field))
        for country in pycountry.countries
        for field in ("name", "common_name")
        if getattr(country, field, None)
    }
    given = [*sorted(countries), *_chinese_places().values(), *_OTHER_PLACES.split("|")]
    bare = (unicodedata.normalize("NFKD", name.lower()) for name in given)
    plain = ["".join(sign if sign.isalnum() else " " for sign in name if not combining(sign)) for name in bare]
    split = {tuple(name.split()) for name in plain}
    joined = {" ".join(parts): "".join(parts) for parts in split if len(parts) > 1}
    words = {parts[0] for parts in split if len(parts) == 1} | set(joined.values())
    return frozenset(words - set(TRADE_WORDS)), {one: joined[one] for one in sorted(joined, key=lambda n: (-len(n), n))}


CHINESE_WORDS = _chinese_words()
PLACE_WORDS, JOINED_PLACES = _places()
