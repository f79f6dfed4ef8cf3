/// Plain English words for puzzles: lower-case letters only, each once, in alphabetical order.
///
/// The order is part of every set that draws from them: a word that is added changes those sets.
enum CommonWords {
  static let all: [String] = """
    able apple arm autumn baby back bag ball banana bank basket bath bean bear bed bell berry bird
    blanket boat book bottle box bread bridge brother brush bucket butter button cabbage cake
    camera candle car carrot castle cat chair cheese cherry chicken child circle city clock cloud
    coat coffee copper corner cotton cow cup curtain dance daughter desk dinner doctor dog door
    dream dress drum duck ear earth egg elbow engine evening eye face farm father feather field
    finger fire fish flag floor flower fog foot forest fork fox friend frog fruit garden gate
    ghost glass glove goat gold grass guitar hammer hand hat heart hill honey horse house ice
    island jacket jelly jewel journey juice kettle key kitchen kite knee knife ladder lake lamp
    leaf leg lemon letter library light lion lunch machine map market meadow milk mirror money
    monkey moon morning mother mountain mouse mouth music nail needle nest night nose notebook
    ocean onion orange oven owl page paint paper parrot path pencil pepper piano picture pillow
    pocket pond potato pumpkin queen rabbit rain ribbon river road robin rocket roof room root
    rope rose sail salt sand school scissors sea seed shadow sheep shell ship shirt shoe silver
    sister sky sleep snow soap sock soup spider spoon spring square stair star station stone storm
    strawberry street sugar summer sun table tea teacher tiger tomato tooth towel tower train tree
    trumpet turtle umbrella valley vegetable village violin wagon wall water wheel whistle willow
    wind window winter wolf wood wool yellow zebra
    """.split(whereSeparator: \.isWhitespace).map(String.init)
}
