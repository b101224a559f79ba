import { FLOOR, NEAREST, SCANNED } from './firing-rule';
import { LevelBytesFloor, LevelBytesNearest } from './level-bytes';
import { MultiThreshold, State } from './multi-threshold';
import { PowerLadderFloor, PowerLadderNearest } from './power-ladder';
import { runNeurons } from './run-neurons';

// Each rule has a class of its own: one with a parameter would ask for the rule at each spike.

@unmanaged
class Nearest extends MultiThreshold {
  @inline
  step(mean: v128, state: State): v128 {
    return this.fire(NEAREST, mean, state);
  }
}

@unmanaged
class Floor extends MultiThreshold {
  @inline
  step(mean: v128, state: State): v128 {
    return this.fire(FLOOR, mean, state);
  }
}

@unmanaged
class Scanned extends MultiThreshold {
  @inline
  step(mean: v128, state: State): v128 {
    return this.fire(SCANNED, mean, state);
  }
}

/** Runs whole sixteens in the form `K`, and leaves the others. */
@inline
function runSixteens<K extends MultiThreshold>(run: MultiThreshold): void {
  const count = run.count;
  const sixteens = count & ~15;
  if (sixteens == 0) return;
  run.count = sixteens;
  runNeurons<K, State>(changetype<K>(run));
  run.count = count;
  run.skip(sixteens);
  if (run.state) run.state += <usize>sixteens << 2;
}

/** As many neurons as possible go the fastest way, the others four at a time. */
export function multiThreshold(run: MultiThreshold): void {
  if (run.rule == SCANNED) {
    runNeurons<Scanned, State>(changetype<Scanned>(run));
    return;
  }
  if (!(run.spikes | run.counts)) {
    if (run.decoded && !run.bytes) {
      if (run.rule == NEAREST) runSixteens<PowerLadderNearest>(run);
      else runSixteens<PowerLadderFloor>(run);
    } else if (run.bytes && !run.decoded && !run.state && !run.firstStep && run.thresholdPositive == run.thresholdNegative) {
      if (run.rule == NEAREST) runSixteens<LevelBytesNearest>(run);
      else runSixteens<LevelBytesFloor>(run);
    }
  }
  if (run.count == 0) return;
  if (run.rule == NEAREST) runNeurons<Nearest, State>(changetype<Nearest>(run));
  else runNeurons<Floor, State>(changetype<Floor>(run));
}
