import Models
import Operators
import Support
import Tensors
import Testing

@Suite struct NetworkTextTests {
  @Test(arguments: [
    ("resnet50", "resnet50"),
    ("resnet50:style=pytorch,classes=1000", "resnet50"),
    ("resnet50:classes=10,style=caffe", "resnet50:style=caffe,classes=10"),
    ("resnet50+none", "resnet50"),
    ("resnet18:style=caffe", "resnet18"),
    ("mobilenet-1.0+se:style=caffe", "mobilenet-1.0+se:r=16"),
    ("resnext50-32x4d:style=caffe", "resnext50-32x4d:style=caffe"),
    ("resnet50+se", "resnet50+se:r=16"),
    ("resnet50+se/8", "resnet50+se:r=8"),
    ("resnet50+cbam/8", "resnet50+cbam:r=8,k=7,order=channel-first,pool=both"),
    ("resnet50+cbam/8:k=3,classes=5", "resnet50+cbam:classes=5,r=8,k=3,order=channel-first,pool=both"),
    ("resnet50+cbam:bias=0,bn=0", "resnet50+cbam:r=16,k=7,order=channel-first,pool=both,bias=0,bn=0"),
    ("mobilenet-1.0+se:min-hidden=8", "mobilenet-1.0+se:r=16,min-hidden=8"),
    ("resnet50+se:hidden=8", "resnet50+se:hidden=8"),
    ("vgg16-bn+spatial-attention:k=3", "vgg16-bn+spatial-attention:k=3"),
    ("mobilenet-0.70", "mobilenet-0.7"),
    ("mobilenet-0.75", "mobilenet-0.75"),
    ("mobilenet-0.05", "mobilenet-0.05"),
    ("wide-resnet34-1.25", "wide-resnet34-1.25"),
    ("resnext152-16x8d", "resnext152-16x8d"),
    ("mobilenetv2-1.00+se", "mobilenetv2-1.0+se:r=16"),
    ("mobilenetv2-0.75:classes=10", "mobilenetv2-0.75:classes=10"),
    ("efficientnet-b4", "efficientnet-b4"),
    ("efficientnet-b0+cbam/8:bn=0", "efficientnet-b0+cbam:r=8,k=7,order=channel-first,pool=both,bn=0"),
    ("cifar-resnet20:classes=10", "cifar-resnet20"),
    ("cifar-resnet26:classes=100", "cifar-resnet26:classes=100"),
    ("cifar-resnet56:classes=1000", "cifar-resnet56:classes=1000"),
  ])
  func textBothWays(text: String, full: String) throws {
    let network = try Modules.parse(text)
    #expect(network.text == full)
    #expect(AnyHashable(try Modules.parse(full)) == AnyHashable(network))
    #expect(try Modules.parse(full).text == full)
  }

  @Test func everyListedNameIsReadAndIsItsOwn() throws {
    for name in Architectures.names {
      #expect(try Modules.parse(name).text == name)
      #expect(try Modules.parse(name).keyword == name)
    }
    #expect(Set(Architectures.names).count == Architectures.names.count)
    #expect(Set(Architectures.names).isDisjoint(with: Modules.all.map { $0.keyword }))
  }

  @Test(arguments: [
    ("resnet51", "'resnet51' is not an operator; did you mean 'resnet50'?"),
    ("resnet51+cbam", "'resnet51' is not a network; did you mean 'resnet50'?"),
    ("densenet+cbam", "'densenet' is not a network; known networks: vgg11 vgg11-bn "),
    ("resnet050", "'resnet050' is not an operator; did you mean 'resnet50'?"),
    ("vgg16-nb", "'vgg16-nb' is not an operator; did you mean 'vgg16-bn'?"),
    ("resnext50-0x4d", "'resnext50-0x4d' is not an operator; did you mean 'resnext50-32x4d'?"),
    ("resnext18-32x4d", "'resnext18-32x4d' is not an operator; did you mean 'resnext50-32x4d'?"),
    ("mobilenet", "'mobilenet' is not an operator; did you mean 'mobilenet-1.0'?"),
    ("mobilenet-0.0", "'mobilenet-0.0' is not an operator; did you mean 'mobilenet-1.0'?"),
    ("wide-resnet18", "'wide-resnet18' is not an operator; did you mean 'wide-resnet18-1.5'?"),
    ("cifar-resnet21", "'cifar-resnet21' is not an operator; did you mean 'cifar-resnet20'?"),
    ("cifar-resnet2", "'cifar-resnet2' is not an operator; did you mean 'cifar-resnet20'?"),
    ("efficientnet-b5", "'efficientnet-b5' is not an operator; did you mean 'efficientnet-b0'?"),
    ("mobilenetv2", "'mobilenetv2' is not an operator; did you mean 'mobilenetv2-1.0'?"),
    ("resnet50+", "'' is not an attention module; known modules: none se "),
    ("resnet50+cbm", "'cbm' is not an attention module; did you mean 'cbam'?"),
    ("resnet50+cbam+se", "'cbam+se' is not an attention module; "),
    ("resnet50+cbam/", "'r=' in resnet50+cbam/ is not key=value"),
    ("resnet50+cbam/0", "r=0 in resnet50+cbam/0 must be a whole number from 1 "),
    ("resnet50+cbam/8:r=4", "resnet50+cbam/8 has the key 'r' twice"),
    ("resnet50+se/8:hidden=4", "hidden=4 and r=8 contradict each other; give one of them"),
    ("resnet50+spatial-attention/8", "'r' is not a key of resnet50+spatial-attention/8; known keys: "),
    ("resnet50:style=torch", "style=torch in resnet50 must be one of: pytorch caffe"),
    ("resnet50:classes=0", "classes=0 in resnet50 must be a whole number from 1 "),
    ("resnet50:r=8", "'r' is not a key of resnet50; known keys: style classes"),
    ("resnet50:", "'resnet50:' has no keys after the colon"),
    ("network", "'network' is not an operator; "),
  ])
  func failure(text: String, start: String) {
    let found = message { () throws(OperatorError) in try Modules.parse(text) }
    #expect(found?.hasPrefix(start) == true, "\(found ?? "no error")")
  }

  @Test(arguments: [
    (
      "vgg16", Shape(1, 3, 31, 64),
      "stage5.pool: the window 2 is larger than the padded image of 1x512x1x4, padding 0"
    ),
    ("googlenet", Shape(1, 3, 224), "googlenet takes N×C×H×W, not the shape 1x3x224"),
    (
      "resnet50+cbam/300", Shape(1, 3, 64, 64),
      "layer1.0: attention: reduction r=300 in cbam leaves no hidden unit of 256 channels; r must be at most 256"
    ),
    (
      "mobilenet-0.05+se", Shape(1, 3, 64, 64),
      "pair1: attention1: reduction r=16 in se leaves no hidden unit of 1 channels; r must be at most 1"
    ),
    ("resnet18", Shape(1 << 36, 3, 8, 2), "stem.conv: "),
  ])
  func inputsThatDoNotFit(name: String, input: Shape, start: String) throws {
    let network = try Modules.parse(name)
    let found = message { () throws(OperatorError) in try network.cost([input]) }
    #expect(found?.hasPrefix(start) == true, "\(found ?? "no error")")
  }
}
