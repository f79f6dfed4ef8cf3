import Tensors
import Transformers

func shape(_ name: String) -> TransformerShape {
  name == "smol"
    ? TransformerShape(
      vocabularySize: 49152, width: 576, blocks: 30, heads: 9, kvHeads: 3, headWidth: 64,
      feedForwardWidth: 1536)
    : TransformerShape(
      vocabularySize: 64, width: 192, blocks: 6, heads: 6, kvHeads: 6, headWidth: 32,
      feedForwardWidth: 512)
}
func train(_ name: String, batch: Int, length: Int, steps: Int) {
  let shape = shape(name)
  let p = Parameters(shape)
  var seed: UInt32 = 1
  for i in 0..<p.table.count {
    seed = seed &* 1664525 &+ 1013904223; p.values[i] = (Float(seed >> 8) / 16777216 - 0.5) * 0.05
  }
  let t = Transformer(p); let g = Parameters(shape)
  let m = FloatBuffer(count: p.table.count), v = FloatBuffer(count: p.table.count)
  let clock = ContinuousClock()
  for step in 1...steps {
    var rows = PackedRows(); var targets = TokenHead.Targets()
    for b in 0..<batch {
      let tokens = (0...length).map { i in
        seed = seed &* 1664525 &+ 1013904223; return Int32(seed >> 8) % Int32(shape.vocabularySize)
      }
      let r = rows.append(prompt: Array(tokens[..<length]), key: UInt32(b)).prompt
      targets.rows += r.map { Int32($0) }; targets.tokens += tokens[1...]
    }
    var f = Duration.zero, h = Duration.zero, b = Duration.zero, o = Duration.zero
    let all = clock.measure {
      var a: Activations!
      f = clock.measure { a = t.forward(rows) }
      var d: Matrix!
      h = clock.measure {
        d = TokenHead(t).backward(a, targets, temperature: 1, gradients: g) { c in
          .init(
            dLogProbs: c.logProbs.map { _ in -1 / Float(targets.count) },
            dEntropies: c.logProbs.map { _ in 0 })
        }
      }
      b = clock.measure { t.backward(d, activations: a, gradients: g) }
      o = clock.measure {
        let norm = g.values.sumOfSquares
        AdamWStep(
          rate: 1e-4, decay: 0, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, step: step,
          gradientScale: Float(min(1, 1 / norm.squareRoot()))
        ).apply(to: p.values, gradients: g.values, means: m, squares: v, range: 0..<p.table.count)
        g.values.clear()
      }
    }
    let s = Double(all.components.seconds) + Double(all.components.attoseconds) * 1e-18
    print(
      name, "step", step, "tok/s", Int(Double(batch * length) / s), "fwd", f, "head", h, "bwd", b,
      "opt", o)
  }
}
let a = CommandLine.arguments
print(Workers.kernels)
train(a[1], batch: Int(a[2])!, length: Int(a[3])!, steps: Int(a[4])!)
