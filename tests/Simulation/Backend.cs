using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Simulation;

/// <summary>How the backend acts on what it is shown.</summary>
internal enum BackendMood
{
    /// <summary>Workers start, save, fail, vanish and end as they like.</summary>
    Wild = 0,

    /// <summary>They only do as they are told: start, save, stop.</summary>
    Obedient = 1,

    /// <summary>Everything that can end ends well; services go on.</summary>
    Finishing = 2,
}

/// <summary>
/// The world outside: workers that exist or do not. It believes nothing but the lists it is shown, and notes whatever could not be
/// so on real machines (I1, I7). What it reported last of an attempt it reports again as long as it is asked about it.
/// </summary>
/// <param name="broken">Told of what could not be so.</param>
/// <param name="gpus">How many GPUs a node has now, by rack and slot: whoever ran on one that is lost is gone with it.</param>
internal sealed class Backend(Action<string> broken, Func<RackId, int, int> gpus)
{
    private readonly SortedDictionary<JobId, SortedDictionary<int, Workers>> _workers = [];

    /// <summary>What became of the attempt's workers in this round; null: nothing to tell.</summary>
    public AttemptReport? Act(Assignment item, BackendMood mood, DateTimeOffset now, Random random)
    {
        var workers = Find(item);
        if (workers.Last is not null)
        {
            return workers.Last;
        }

        if (HasLostGpus(item.Placement))
        {
            return workers.End(new AttemptReport { Attempt = item.Attempt.Number, Failure = "a GPU fell off the bus", FailureClass = FailureClass.Hardware, Gone = true });
        }

        if (item.Wish == AssignmentWish.Stop)
        {
            return mood == BackendMood.Wild && random.Next(5) == 0 ? null : workers.End(new AttemptReport { Attempt = item.Attempt.Number, Gone = true });
        }

        if (!workers.Alive)
        {
            Start(item, workers);
            return new AttemptReport { Attempt = item.Attempt.Number, AllStarted = true };
        }

        return mood switch
        {
            BackendMood.Wild => Wild(item, workers, now, random),
            _ when item.Wish == AssignmentWish.Checkpoint => Running(item) with { CheckpointedAt = now },
            BackendMood.Finishing when item.Spec.Origin?.Kind is not (OriginKind.Replica or OriginKind.Extension) =>
                workers.End(Running(item) with { AllSucceeded = true, Gone = true }),
            _ => Running(item),
        };
    }

    /// <summary>The attempt's workers start, and one of them fails.</summary>
    public AttemptReport Fail(Assignment item)
    {
        var workers = Find(item);
        if (workers.Last is null && !workers.Alive)
        {
            Start(item, workers);
        }

        return workers.Last ?? workers.End(Running(item) with { Failure = "rank 0: exit 1", Gone = true });
    }

    private static AttemptReport? Wild(Assignment item, Workers workers, DateTimeOffset now, Random random)
    {
        var asked = item.Wish == AssignmentWish.Checkpoint;
        return random.Next(20) switch
        {
            < 8 when asked => Running(item) with { CheckpointedAt = now },
            < 2 when item.Spec.Checkpoint is not null => Running(item) with { CheckpointedAt = now },
            < 10 => Running(item),
            10 or 11 => workers.End(Running(item) with { Failure = "rank 0: exit 1", Gone = true }),
            12 => Running(item) with { Failure = "rank 0: exit 1" },
            13 => workers.End(new AttemptReport { Attempt = item.Attempt.Number, Gone = true }),
            < 18 when asked => null,
            _ => workers.End(Running(item) with { AllSucceeded = true, Gone = true }),
        };
    }

    private bool HasLostGpus(GangPlacement placement) =>
        placement.Racks.Any(r => r.Workers.Any(w => w.Gpus >> gpus(r.Rack, w.Slot) != 0));

    private static AttemptReport Running(Assignment item) => new() { Attempt = item.Attempt.Number, AllStarted = true };

    private Workers Find(Assignment item)
    {
        if (!_workers.TryGetValue(item.Attempt.Job, out var attempts))
        {
            _workers.Add(item.Attempt.Job, attempts = []);
        }

        if (!attempts.TryGetValue(item.Attempt.Number, out var workers))
        {
            attempts.Add(item.Attempt.Number, workers = new Workers(item.Spec, item.Placement));
        }
        else if (!Same(workers.Placement, item.Placement))
        {
            broken($"I7: {item.Attempt} is shown on two placements");
        }

        return workers;
    }

    private void Start(Assignment item, Workers workers)
    {
        foreach (var (number, other) in _workers[item.Attempt.Job])
        {
            if (other.Alive)
            {
                broken($"I7: {item.Attempt} starts while attempt {number} still runs");
            }
        }

        workers.Alive = true;
        Dictionary<(RackId, int, int), int> milli = [];
        foreach (var alive in _workers.Values.SelectMany(a => a.Values).Where(w => w.Alive))
        {
            foreach (var (slice, worker) in alive.Placement.Racks.SelectMany(s => s.Workers.Select(w => (s, w))))
            {
                for (var left = worker.Gpus; left != 0; left &= left - 1)
                {
                    var gpu = (slice.Rack, worker.Slot, System.Numerics.BitOperations.TrailingZeroCount(left));
                    milli[gpu] = milli.GetValueOrDefault(gpu) + worker.GpuMilli;
                }
            }
        }

        foreach (var (gpu, used) in milli.Where(m => m.Value > WorkerShape.WholeGpu))
        {
            broken($"I1: {used} thousandths of GPU {gpu} are in use once {item.Attempt} has started");
        }

        foreach (var node in _workers.Values.SelectMany(a => a.Values).Where(w => w.Alive)
            .SelectMany(w => w.Placement.Racks.SelectMany(s => s.Workers.Select(o => (s.Rack, o.Slot, w.Spec.Roles[o.Role].Shape.Extended)))).GroupBy(w => (w.Rack, w.Slot)))
        {
            if (Extras.Beyond(node.SelectMany(w => w.Extended)) is { } beyond)
            {
                broken($"I1: {beyond} of slot {node.Key.Slot} of {node.Key.Rack} are in use once {item.Attempt} has started");
            }
        }
    }

    private static bool Same(GangPlacement a, GangPlacement b) =>
        a.Racks.Length == b.Racks.Length && a.Racks.Zip(b.Racks).All(p => p.First.Rack == p.Second.Rack && p.First.Workers.SequenceEqual(p.Second.Workers));

    private sealed class Workers(JobSpec spec, GangPlacement placement)
    {
        public JobSpec Spec => spec;

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
