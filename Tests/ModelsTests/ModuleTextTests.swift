import Models
import Operators
import Support
import Tensors
import Testing

/// What an error says; nil where there is none.
func message<T>(_ body: () throws(OperatorError) -> T) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return error.description
  }
}

@Suite struct ModuleTextTests {
  @Test(arguments: [
    // What is written, and all of it spelt out.
    ("conv:out=64,k=3", "conv:out=64,k=3,s=1,p=0,d=1,g=1,bias=1"),
    ("pool", "pool:type=max,k=2,s=2,p=0,ceil=0,countpad=0"),
    ("pool:type=avg,k=3,s=2,p=1,ceil=1", "pool:type=avg,k=3,s=2,p=1,ceil=1,countpad=0"),
    ("globalpool", "globalpool:type=avg"),
    ("channelpool", "channelpool"),
    ("conv-transpose:out=64,k=4,s=2,p=1", "conv-transpose:out=64,k=4,s=2,p=1,op=0,d=1,g=1,bias=1"),
    (
      "conv-transpose:out=6,g=3,bias=0,d=2x1,op=1x0,s=2",
      "conv-transpose:out=6,k=1,s=2,p=0,op=1x0,d=2x1,g=3,bias=0"
    ),
    ("dense:out=10", "dense:out=10,bias=1"),
    ("batchnorm", "batchnorm"),
    ("relu", "relu"),
    ("sigmoid", "sigmoid"),
    ("add", "add"),
    ("scale:gate=pixel", "scale:gate=pixel"),
    ("concat:n=3", "concat:n=3"),
    ("se", "se:r=16"),
    ("se:r=4,bias=1", "se:r=4"),
    ("se:bias=0", "se:r=16,bias=0"),
    ("se:hidden=12", "se:hidden=12"),
    ("se:min-hidden=8,r=4", "se:r=4,min-hidden=8"),
    (
      "se:gate=hard-sigmoid,act=silu,bias=0,hidden=3", "se:hidden=3,bias=0,act=silu,gate=hard-sigmoid"
    ),
    ("se:act=relu,gate=sigmoid", "se:r=16"),
    ("channel-attention:bias=0", "channel-attention:r=16,pool=both,bias=0"),
    ("channel-attention:bias=1", "channel-attention:r=16,pool=both"),
    ("channel-attention:pool=avg,hidden=5", "channel-attention:hidden=5,pool=avg"),
    ("spatial-attention:bn=0", "spatial-attention:k=7,bn=0"),
    ("spatial-attention:bn=1,k=3", "spatial-attention:k=3"),
    ("cbam:bn=0,bias=0", "cbam:r=16,k=7,order=channel-first,pool=both,bias=0,bn=0"),
    ("cbam:bn=0", "cbam:r=16,k=7,order=channel-first,pool=both,bn=0"),
    ("cbam:min-hidden=8", "cbam:r=16,min-hidden=8,k=7,order=channel-first,pool=both"),
    ("cbam:hidden=32,bias=0", "cbam:hidden=32,k=7,order=channel-first,pool=both,bias=0"),
    (
      "bottleneck:width=64,attention=cbam,bias=0,bn=0",
      "bottleneck:width=64,out=256,s=1,g=1,attention=cbam,r=16,k=7,order=channel-first,pool=both,bias=0,bn=0"
    ),
    ("channel-attention", "channel-attention:r=16,pool=both"),
    ("channel-attention:pool=max,r=8", "channel-attention:r=8,pool=max"),
    ("spatial-attention", "spatial-attention:k=7"),
    ("spatial-attention:k=3", "spatial-attention:k=3"),
    ("cbam", "cbam:r=16,k=7,order=channel-first,pool=both"),
    ("cbam:order=parallel,k=3,pool=avg,r=2", "cbam:r=2,k=3,order=parallel,pool=avg"),
    ("cbam:order=spatial-first", "cbam:r=16,k=7,order=spatial-first,pool=both"),
    ("basicblock:out=64", "basicblock:out=64,s=1"),
    ("basicblock:out=64,attention=none", "basicblock:out=64,s=1"),
    ("basicblock:out=64,s=2,attention=se", "basicblock:out=64,s=2,attention=se,r=16"),
    ("basicblock:out=64,attention=se,bias=0", "basicblock:out=64,s=1,attention=se,r=16,bias=0"),
    ("adaptivepool", "adaptivepool:out=7"),
    ("basicblock:shortcut=padded,out=64,s=2", "basicblock:out=64,s=2,shortcut=padded"),
    ("basicblock:shortcut=projected,out=64", "basicblock:out=64,s=1"),
    ("inverted-residual:out=24", "inverted-residual:out=24,expand=6,kernel=3,s=1"),
    (
      "inverted-residual:activation=silu,squeeze=8,out=24,kernel=5,expand=1,s=2,attention=cbam,k=3",
      "inverted-residual:out=24,expand=1,kernel=5,s=2,activation=silu,squeeze=8,attention=cbam,r=16,k=3,"
        + "order=channel-first,pool=both"
    ),
    ("subsample:out=32", "subsample:out=32,s=2"),
    ("adaptivepool:out=3x5", "adaptivepool:out=3x5"),
    ("separable:out=64,s=2", "separable:out=64,s=2"),
    ("separable:out=64,attention=se,r=8", "separable:out=64,s=1,attention=se,r=8"),
    (
      "inception:branch4=6,branch1=1,branch2=3,branch3=5,reduce2=2,reduce3=4",
      "inception:branch1=1,reduce2=2,branch2=3,reduce3=4,branch3=5,branch4=6"
    ),
    ("bottleneck:width=64,style=caffe,s=2", "bottleneck:width=64,out=256,s=2,g=1,style=caffe"),
    ("bottleneck:width=64", "bottleneck:width=64,out=256,s=1,g=1"),
    ("bottleneck:width=128,out=256,g=32", "bottleneck:width=128,out=256,s=1,g=32"),
    (
      "bottleneck:width=64,attention=cbam,k=3",
      "bottleneck:width=64,out=256,s=1,g=1,attention=cbam,r=16,k=3,order=channel-first,pool=both"
    ),
    (
      "bottleneck:width=64,attention=channel-attention",
      "bottleneck:width=64,out=256,s=1,g=1,attention=channel-attention,r=16,pool=both"
    ),
    (
      "bottleneck:r=4,width=64,attention=se,s=2",
      "bottleneck:width=64,out=256,s=2,g=1,attention=se,r=4"
    ),
    (
      "basicblock:out=8,attention=spatial-attention,k=5",
      "basicblock:out=8,s=1,attention=spatial-attention,k=5"
    ),
  ])
  func textBothWays(text: String, full: String) throws {
    let op = try Modules.parse(text)
    #expect(op.text == full)
    let again = try Modules.parse(full)
    #expect(AnyHashable(again) == AnyHashable(op))
    #expect(again.text == full)
    #expect(AnyHashable(again).hashValue == AnyHashable(op).hashValue)
  }

  @Test func keywordsDiffer() {
    let keywords = Modules.all.map { $0.keyword }
    #expect(Set(keywords).count == keywords.count)
  }

  @Test func everyAttentionFitsTheSlotOfEveryBlock() throws {
    for type in Modules.attention {
      let module = try Modules.parse(type.keyword)
      for block in [
        "basicblock:out=64", "bottleneck:width=16", "separable:out=64", "inverted-residual:out=64",
        "inverted-residual:out=64,squeeze=4,activation=silu,kernel=5",
      ] {
        let op = try Modules.parse("\(block),attention=\(type.keyword)")
        #expect(op.text.hasSuffix(",attention=" + module.text.replacing(":", with: ",")))
        #expect(AnyHashable(try Modules.parse(op.text)) == AnyHashable(op))
        #expect(try op.output([Shape(2, 64, 8, 8)]) == Shape(2, 64, 8, 8))
      }
    }
  }

  @Test func valuesAreTheSameAsTexts() throws {
    let parsed = try Modules.parse("cbam:r=8,k=3,order=parallel,pool=max")
    #expect(AnyHashable(parsed) == AnyHashable(CBAM(reduction: 8, kernel: 3, order: .parallel, pools: .max)))
    let block = try Modules.parse("bottleneck:width=8,s=2,attention=se,r=4")
    let slot = AttentionSlot(SqueezeExcitation(reduction: 4))
    #expect(AnyHashable(block) == AnyHashable(Bottleneck(width: 8, stride: 2, attention: slot)))
    #expect(AttentionSlot.none != slot && slot == AttentionSlot(SqueezeExcitation(reduction: 4)))
    #expect(slot != AttentionSlot(SqueezeExcitation(reduction: 8)))
    #expect(BasicBlock(out: 8) != BasicBlock(out: 8, attention: slot))
  }

  @Test(arguments: [
    ("conb", "'conb' is not an operator; did you mean 'conv'?"),
    ("cbma:r=4", "'cbma' is not an operator; did you mean 'cbam'?"),
    ("attention:r=4", "'attention' is not an operator; known operators: "),
    ("Conv:out=1", "'Conv' is not an operator; did you mean 'conv'?"),
    ("basicblok:out=3", "'basicblok' is not an operator; did you mean 'basicblock'?"),
    (
      "softmax",
      "'softmax' is not an operator; known operators: conv conv-transpose pool globalpool adaptivepool channelpool dense "
    ),
    ("", "'' is not an operator; known operators: conv "),
    (":r=3", "'' is not an operator; known operators: conv "),
    ("conv:", "'conv:' has no keys after the colon"),
    ("relu:", "'relu:' has no keys after the colon"),
    ("conv", "conv needs out=NUMBER"),
    ("conv:k=3", "conv needs out=NUMBER"),
    ("conv:out=3:k=3", "out=3:k=3 in conv must be a whole number from 1 to 16777216"),
    ("conv:out=3,out=4", "conv has the key 'out' twice"),
    (
      "cbam:rr=3",
      "'rr' is not a key of cbam; known keys: r hidden min-hidden pool bias k bn order; did you mean 'r'?"
    ),
    ("se:reduction=3", "'reduction' is not a key of se; known keys: r hidden min-hidden bias act gate"),
    ("se:hidden=0", "hidden=0 in se must be a whole number from 1 to 16777216"),
    ("se:min-hidden=0", "min-hidden=0 in se must be a whole number from 1 to 16777216"),
    ("cbam:hidden=8,r=16", "hidden=8 and r=16 contradict each other; give one of them"),
    ("se:min-hidden=8,hidden=9", "hidden=9 and min-hidden=8 contradict each other; give one of them"),
    ("cbam:bias=2", "bias=2 in cbam must be 0 or 1"),
    ("cbam:bn=no", "bn=no in cbam must be 0 or 1"),
    ("spatial-attention:bias=0", "'bias' is not a key of spatial-attention; known keys: k bn"),
    ("se:act=tanh", "act=tanh in se must be one of: none relu relu6 "),
    ("se:gate=relu", "gate=relu in se must be one of: sigmoid hard-sigmoid"),
    ("se:r=0", "r=0 in se must be a whole number from 1 to 16777216"),
    ("se:bias=2", "bias=2 in se must be 0 or 1"),
    ("spatial-attention:k=4", "k=4 of spatial attention must be odd"),
    ("cbam:k=0", "k=0 in cbam must be a whole number from 1 to 16777216"),
    ("cbam:k=2", "k=2 of spatial attention must be odd"),
    ("cbam:pool=min", "pool=min in cbam must be one of: both avg max"),
    ("cbam:order=channel", "order=channel in cbam must be one of: channel-first spatial-first parallel"),
    ("basicblock", "basicblock needs out=NUMBER"),
    ("bottleneck:out=4", "bottleneck needs width=NUMBER"),
    (
      "basicblock:out=4,attention=cbm",
      "attention=cbm is not a module; did you mean 'cbam'?"
    ),
    (
      "basicblock:out=4,attention=transformer",
      "attention=transformer is not a module; known modules: none se channel-attention spatial-attention cbam"
    ),
    (
      "basicblock:out=4,r=4",
      "'r' is not a key of basicblock; known keys: out s shortcut attention; did you mean 's'?"
    ),
    (
      "basicblock:out=4,attention=se,k=4",
      "'k' is not a key of basicblock; known keys: out s shortcut attention r hidden min-hidden bias act gate;"
    ),
    ("bottleneck:width=4,attention=cbam,k=4", "k=4 of spatial attention must be odd"),
  ])
  func failure(text: String, start: String) {
    let found = message { () throws(OperatorError) in try Modules.parse(text) }
    #expect(found?.hasPrefix(start) == true, "\(found ?? "no error")")
  }

  @Test func impossibleValuesStopTheProgram() async {
    await #expect(processExitsWith: .failure) { print(SqueezeExcitation(reduction: 0)) }
    await #expect(processExitsWith: .failure) { print(SpatialAttention(kernel: 4)) }
    await #expect(processExitsWith: .failure) { print(BottleneckMLP(hidden: 0)) }
    await #expect(processExitsWith: .failure) { print(Bottleneck(width: 0)) }
    await #expect(processExitsWith: .failure) { print(BasicBlock(out: 4, stride: 0)) }
  }
}
