using System.Numerics;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Simulation.CrashPoints;

/// <summary>
/// The world outside: workers that exist or do not. They do as they are told, and what could not be so on real machines is noted (I1, I7).
/// What was reported last of an attempt is reported again as long as it is listed.
/// </summary>
internal sealed class Machines(Action<string> broken)
{
    private readonly Dictionary<AttemptId, Workers> _workers = [];

    /// <summary>What becomes of the attempt's workers now.</summary>
    /// <param name="item">As the pool lists it.</param>
    /// <param name="mayEnd">They end well once they run.</param>
    /// <param name="fails">One of them fails.</param>
    /// <param name="now">The virtual time.</param>
    public AttemptReport Act(Assignment item, bool mayEnd, bool fails, DateTimeOffset now)
    {
        if (!_workers.TryGetValue(item.Attempt, out var workers))
        {
            _workers.Add(item.Attempt, workers = new Workers(item.Placement));
        }
        else if (!Slots(workers.Placement).SequenceEqual(Slots(item.Placement)))
        {
            broken($"I7: {item.Attempt} is shown on two placements");
        }

        var running = new AttemptReport { Attempt = item.Attempt.Number, AllStarted = true };
        if (workers.Last is null && !workers.Alive && item.Wish != AssignmentWish.Stop)
        {
            Start(item.Attempt, workers);
            return fails ? workers.End(running with { Failure = "rank 0: exit 1", Gone = true }) : running;
        }

        return workers.Last ?? item.Wish switch
        {
            AssignmentWish.Stop => workers.End(new AttemptReport { Attempt = item.Attempt.Number, Gone = true }),
            AssignmentWish.Checkpoint => running with { CheckpointedAt = now },
            _ when mayEnd && item.Spec.Origin?.Kind is not (OriginKind.Replica or OriginKind.Extension) => workers.End(running with { AllSucceeded = true, Gone = true }),
            _ => running,
        };
    }

    private void Start(AttemptId attempt, Workers workers)
    {
        foreach (var other in _workers.Where(w => w.Key.Job == attempt.Job && w.Value.Alive))
        {
            broken($"I7: {attempt} starts while attempt {other.Key.Number} still runs");
        }

        workers.Alive = true;
        var inUse = _workers.Values.Where(w => w.Alive).SelectMany(w => Gpus(w.Placement)).GroupBy(g => g.Gpu);
        foreach (var gpu in inUse.Where(g => g.Sum(u => u.Milli) > WorkerShape.WholeGpu))
        {
            broken($"I1: {gpu.Sum(u => u.Milli)} thousandths of GPU {gpu.Key} are in use once {attempt} has started");
        }
    }

    private static IEnumerable<(RackId Rack, WorkerSlot Worker)> Slots(GangPlacement placement) => placement.Racks.SelectMany(r => r.Workers.Select(w => (r.Rack, w)));

    private static IEnumerable<((RackId Rack, int Slot, int Number) Gpu, int Milli)> Gpus(GangPlacement placement)
    {
        foreach (var (rack, worker) in Slots(placement))
        {
            for (var left = worker.Gpus; left != 0; left &= left - 1)
            {
                yield return ((rack, worker.Slot, BitOperations.TrailingZeroCount(left)), worker.GpuMilli);
            }
        }
    }

    private sealed class Workers(GangPlacement placement)
    {
        public GangPlacement Placement => placement;

        public bool Alive { get; set; }

        /// <summary>The last word: no worker is left.</summary>
        public AttemptReport? Last { get; private set; }

        public AttemptReport End(AttemptReport last)
        {
            (Alive, Last) = (false, last);
            return last;
        }
    }
}
