using System.Text.Json;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Models;

/// <summary>
/// The pool as a whole: nobody waits while it fits and may start (I11), a plan is a whole gang on GPUs that are free (I1, I2), plan numbers
/// grow, and a crash anywhere changes nothing (I18). Promises are off: what is kept free for them has tests of its own.
/// </summary>
public sealed class PoolModelTests(ITestOutputHelper output)
{
    [Fact]
    public void Nobody_waits_while_it_fits_and_may_start() => new ModelCheck(output).Run<PoolVerb>(
        () => new PoolModel(),
        [
            (10, PoolVerb.Enqueue), (8, PoolVerb.PlanAll), (3, PoolVerb.PlanOne), (8, PoolVerb.Commit), (3, PoolVerb.Abort), (2, PoolVerb.Refuse), (1, PoolVerb.QuotaFreed),
            (5, PoolVerb.End), (6, PoolVerb.Free), (2, PoolVerb.SeeRack), (2, PoolVerb.Pass), (1, PoolVerb.Restart),
        ],
        stories: 250, length: 80,
        "planned", "waits because it does not fit", "waits for its quota", "committed", "committed too late", "aborted", "ended while placing", "ended while waiting", "freed",
        "newer attempt", "older view", "a node leaves service", "restored", "replayed", "within one rack", "on one node", "share of a GPU");
}

internal enum PoolVerb
{
    Enqueue,
    PlanAll,
    PlanOne,
    Commit,
    Abort,
    Refuse,
    QuotaFreed,
    End,
    Free,
    SeeRack,
    Pass,
    Restart,
}

internal sealed class PoolModel : Model<PoolVerb>
{
    private const int NodesPerRack = 2;
    private static readonly PoolPolicy Policy = new() { Preemption = false, MaxReservations = 0, AgeingPeriod = TimeSpan.Zero };
    private static readonly string[] RackNames = ["r", "s"];

    private readonly PoolTwin _twin = new(NodesPerRack, RackNames);
    private readonly List<PoolEntry> _journal = [];
    private readonly HashSet<AttemptId> _toFree = [];
    private PoolMachine _pool = New();
    private DateTimeOffset _now = Specs.Start;
    private long _rackVersion;
    private long _lastPlan;
    private long _epoch;

    private static PoolMachine New() => new(new PoolId("p"), new PoolLimits(), Policy);

    public override string Begin(Dice dice)
    {
        Enter();
        Compare();
        return "two racks of two nodes";
    }

    public override string Do(PoolVerb verb, Dice dice)
    {
        var words = verb switch
        {
            PoolVerb.Enqueue => Enqueue(dice),
            PoolVerb.PlanAll => PlanAll(),
            PoolVerb.PlanOne => PlanOne(),
            PoolVerb.Commit => Commit(dice),
            PoolVerb.Abort => Abort(Some(dice, PoolTwin.Stage.Placing), null, dice.OneIn(2)),
            PoolVerb.Refuse => Refuse(dice),
            PoolVerb.QuotaFreed => QuotaFreed(dice),
            PoolVerb.End => End(dice),
            PoolVerb.Free => Free(dice),
            PoolVerb.SeeRack => SeeRack(dice),
            PoolVerb.Pass => Pass(dice),
            _ => Restart(dice),
        };
        _journal.AddRange(_pool.TakeEntries());
        Compare();
        return words;
    }

    /// <summary>At the end everybody gets what there is.</summary>
    public override void End()
    {
        PlanAll();
        Compare();
    }

    private string Enqueue(Dice dice)
    {
        var job = new JobId($"j{dice.Next(12)}");
        var newest = _twin.Newest(job);
        var id = new AttemptId(job, Math.Max(1, (newest?.Id.Number ?? 0) + dice.Of(1, 0, 1, -1)));
        var account = dice.Of("ann", "bob");
        var (gpus, milli, level) = dice.Next(6) switch
        {
            0 => (8, 1000, TopologyLevel.None),
            1 => (4, 1000, TopologyLevel.None),
            2 => (3, 1000, TopologyLevel.None),
            3 => (1, 400, TopologyLevel.None),
            4 => (8, 1000, TopologyLevel.Rack),
            _ => (2, 1000, TopologyLevel.Node),
        };
        var spec = Specs.Job(dice.Of(1, 2, 3, 5), gpus, priority: dice.Next(3) * 10, user: account, gpuMilli: milli) with { Topology = new TopologyRule { Required = level } };
        Same(null, _pool.Enqueue(id, spec, _now), "refusal");
        if (newest is null || id.Number > newest.Id.Number)
        {
            foreach (var older in _twin.All.Where(e => e.Id.Job == job).ToList())
                IsOver(older);
            _twin.All.Add(new PoolTwin.Entry { Id = id, Spec = spec });
            Saw(newest is null ? "enqueued" : "newer attempt");
        }

        return $"enqueue {id}: {spec.Roles[0].Count} × {gpus} GPUs ({milli}) for {account}, {level}, priority {spec.Priority}";
    }

    private string PlanAll()
    {
        var planned = Plan(100);
        foreach (var waiting in _twin.On(PoolTwin.Stage.Waiting))
        {
            var isFull = _twin.Full.Contains(waiting.Spec.Quota);
            Holds(isFull || !_twin.Fits(waiting.Spec), $"I11: {waiting.Id} waits, though it fits and may start");
            Saw(isFull ? "waits for its quota" : "waits because it does not fit");
        }

        return $"plan all: {planned}";
    }

    /// <summary>Nobody of a higher priority is passed over that fits and may start.</summary>
    private string PlanOne()
    {
        var couldStart = _twin.On(PoolTwin.Stage.Waiting).Where(e => !_twin.Full.Contains(e.Spec.Quota) && _twin.Fits(e.Spec)).ToList();
        var before = _twin.On(PoolTwin.Stage.Placing).ToHashSet();
        var planned = Plan(1);
        Same(couldStart.Count > 0, _twin.On(PoolTwin.Stage.Placing).Count() > before.Count, "somebody is planned");
        foreach (var one in _twin.On(PoolTwin.Stage.Placing).Where(e => !before.Contains(e)))
            Same(couldStart.Max(e => e.Spec.Priority), one.Spec.Priority, $"priority of {one.Id}");
        return $"plan one: {planned}";
    }

    private string Plan(int budget)
    {
        List<string> words = [];
        foreach (var attempt in _pool.Plan(budget))
        {
            var entry = _twin.Find(attempt.Id);
            Holds(entry is { Stage: PoolTwin.Stage.Waiting }, $"{attempt.Id} is planned and does not wait");
            Holds(!_twin.Full.Contains(entry!.Spec.Quota), $"{attempt.Id} is planned although its quota is full");
            Holds(attempt.Plan > _lastPlan, $"plan {attempt.Plan} of {attempt.Id} after {_lastPlan}");
            _lastPlan = attempt.Plan;
            CheckPlace(entry, attempt.Placement!);
            (entry.Stage, entry.Plan, entry.Place) = (PoolTwin.Stage.Placing, attempt.Plan, attempt.Placement);
            Saw("planned");
            words.Add($"{attempt.Id} on {string.Join(' ', attempt.Placement!.Racks.SelectMany(r => r.Workers.Select(w => $"{r.Rack.Value[2..]}{w.Slot}:{w.Gpus:x}")))}");
        }

        return string.Join(", ", words);
    }

    private void CheckPlace(PoolTwin.Entry entry, GangPlacement place)
    {
        var workers = place.Racks.SelectMany(r => r.Workers.Select(w => (Rack: r.Rack.Value[2..], Worker: w))).ToList();
        SameList(Enumerable.Range(0, entry.Role.Count), workers.Select(w => w.Worker.Rank).Order(), $"ranks of {entry.Id}");
        foreach (var node in workers.GroupBy(w => (w.Rack, w.Worker.Slot)))
        {
            Holds(((_twin.TakesWork[node.Key.Rack] >> node.Key.Slot) & 1) == 1, $"{entry.Id} is planned on {node.Key}, which takes no new work");
            var free = _twin.Free(node.Key.Rack, node.Key.Slot);
            foreach (var (_, worker) in node)
            {
                Same((entry.Role.Shape.Gpus, entry.Role.Shape.GpuMilli), ((int)ulong.PopCount(worker.Gpus), worker.GpuMilli), $"GPUs of {entry.Id}");
                for (var gpu = 0; gpu < 64; gpu++)
                    Holds(((worker.Gpus >> gpu) & 1) == 0 || (gpu < PoolTwin.Gpus && (free[gpu] -= worker.GpuMilli) >= 0), $"{entry.Id} is planned on GPU {gpu} of {node.Key}, which is not free");
            }
        }

        var level = entry.Spec.Topology.Required;
        Holds(level != TopologyLevel.Rack || place.Racks.Length == 1, $"{entry.Id} is not within a rack");
        Holds(level != TopologyLevel.Node || workers.Select(w => (w.Rack, w.Worker.Slot)).Distinct().Count() == 1, $"{entry.Id} is not on one node");
        Saw(level switch { TopologyLevel.Rack => "within one rack", TopologyLevel.Node => "on one node", _ => entry.Role.Shape.IsFractional ? "share of a GPU" : "anywhere" });
    }

    private string Commit(Dice dice)
    {
        var entry = Some(dice, PoolTwin.Stage.Placing);
        if (entry is null || dice.OneIn(10))
        {
            var plan = new PlanRef(entry?.Id ?? new AttemptId(new JobId("j0"), 1), (entry?.Plan ?? _lastPlan) + 1 - (2 * dice.Next(2)));
            Same(false, _pool.Commit(plan), $"commit of {plan}");
            Saw("committed too late");
            return $"commit {plan}";
        }

        Same(!entry.IsUndoing, _pool.Commit(new PlanRef(entry.Id, entry.Plan)), $"commit of {entry.Id}");
        if (entry.IsUndoing)
            return $"commit {entry.Id} while it is undone";
        entry.Stage = entry.IsOver ? PoolTwin.Stage.Freeing : PoolTwin.Stage.Running;
        if (entry.IsOver)
            _toFree.Add(entry.Id);
        Saw("committed");
        return $"commit {entry.Id}";
    }

    private string Abort(PoolTwin.Entry? entry, QuotaRefusal? refusal, bool undo)
    {
        if (entry is null)
            return "has nothing to abort";
        var plan = new PlanRef(entry.Id, entry.Plan);
        if (undo)
        {
            _pool.BeginUndo(plan);
            entry.IsUndoing = true;
            if (refusal is null)
                return $"begin to undo {entry.Id}";
        }

        _pool.Abort(plan with { Plan = plan.Plan - 1 }, refusal);
        _pool.Abort(plan, refusal);
        (entry.Stage, entry.Plan, entry.Place, entry.IsUndoing) = (PoolTwin.Stage.Waiting, 0, null, false);
        if (entry.IsOver)
            _twin.All.Remove(entry);
        Saw("aborted");
        return $"abort {entry.Id}{(refusal is null ? "" : $", {refusal.Path} is full")}";
    }

    private string Refuse(Dice dice)
    {
        if (Some(dice, PoolTwin.Stage.Placing) is not { } entry)
            return "has nothing to refuse";
        if (!entry.IsOver)
            _twin.Full.Add(entry.Spec.Quota);
        return Abort(entry, new QuotaRefusal { Path = entry.Spec.Quota, Resource = "gpu", Limit = 1000, Used = 1000, Asked = entry.Spec.TotalGpuMilli }, dice.OneIn(2));
    }

    private string QuotaFreed(Dice dice)
    {
        var path = new QuotaPath($"c/t/{dice.Of("ann", "bob")}");
        _pool.QuotaFreed(path);
        _twin.Full.Remove(path);
        return $"{path} has room";
    }

    private string End(Dice dice)
    {
        if (_twin.All.Count == 0)
            return "has nothing to end";
        var entry = _twin.All[dice.Next(_twin.All.Count)];
        _pool.End(entry.Id);
        Saw(entry.Stage switch { PoolTwin.Stage.Placing => "ended while placing", PoolTwin.Stage.Waiting => "ended while waiting", _ => "ended" });
        foreach (var over in _twin.All.Where(e => e.Id.Job == entry.Id.Job && e.Id.Number <= entry.Id.Number).ToList())
            IsOver(over);
        return $"end {entry.Id}";
    }

    private void IsOver(PoolTwin.Entry entry)
    {
        entry.IsOver = true;
        if (entry.Stage == PoolTwin.Stage.Waiting)
        {
            _twin.All.Remove(entry);
        }
        else if (entry.Stage == PoolTwin.Stage.Running)
        {
            entry.Stage = PoolTwin.Stage.Freeing;
            _toFree.Add(entry.Id);
        }
    }

    private string Free(Dice dice)
    {
        SameList(
            _twin.All.Where(e => _toFree.Contains(e.Id)).OrderBy(e => e.Plan).Select(e => e.Id), _pool.TakeFreeing().Select(a => a.Id), "what is to be given back");
        _toFree.Clear();
        if (Some(dice, PoolTwin.Stage.Freeing) is not { } entry)
            return "has nothing to free";
        _pool.Free(new PlanRef(entry.Id, entry.Plan + 1));
        _pool.Free(new PlanRef(entry.Id, entry.Plan));
        _twin.All.Remove(entry);
        Saw("freed");
        return $"free {entry.Id}";
    }

    private string SeeRack(Dice dice)
    {
        var rack = dice.Of(RackNames);
        if (dice.OneIn(4) && _rackVersion > RackNames.Length)
        {
            Same(false, _pool.SeeRack(View(rack, showAll: true, version: 0)), "an older view counts");
            Saw("older view");
            return $"an older view of {rack}";
        }

        var mask = dice.Of(3UL, 1UL, 2UL, 3UL);
        if (mask != 3)
            Saw("a node leaves service");
        _twin.TakesWork[rack] = mask;
        Same(true, _pool.SeeRack(View(rack, showAll: dice.OneIn(2), ++_rackVersion)), "a newer view counts");
        return $"{rack} takes work on {mask:x}";
    }

    /// <summary>What the rack shows of ours may lag behind: what is under way is laid over it.</summary>
    private RackView View(string rack, bool showAll, long version) => Specs.Rack(rack, NodesPerRack, PoolTwin.Gpus, version, _twin.TakesWork[rack],
    [
        .. from entry in _twin.All
           where showAll && entry.Place is not null
           from slice in entry.Place!.Racks
           where slice.Rack.Value == $"p/{rack}"
           select new RackAllocation { Attempt = entry.Id, Committed = entry.Stage != PoolTwin.Stage.Placing, Plan = entry.Plan, Workers = slice.Workers, Shapes = [entry.Role.Shape], Tenant = entry.Spec.Tenant },
    ]);

    private string Pass(Dice dice)
    {
        _now += TimeSpan.FromSeconds(dice.Next(1000));
        _pool.Advance(_now);
        _pool.PlanClaims();
        return $"until {_now:T}";
    }

    private string Restart(Dice dice)
    {
        var other = New();
        if (dice.OneIn(2))
        {
            other.Restore(_pool.ToSnapshot());
            Saw("restored");
        }
        else
        {
            _journal.ForEach(other.Replay);
            Saw("replayed");
        }

        Same(JsonSerializer.Serialize(_pool.ToSnapshot()), JsonSerializer.Serialize(other.ToSnapshot()), "after a crash");
        _pool = other;

        // What quota said is asked again, and so is what was to be given back.
        _twin.Full.Clear();
        _toFree.UnionWith(_twin.On(PoolTwin.Stage.Freeing).Select(e => e.Id));
        Enter();
        return "restarts";
    }

    /// <summary>An activation begins: a new epoch, and all racks are asked.</summary>
    private void Enter()
    {
        _pool.BeginEpoch();
        _epoch++;
        _pool.Advance(_now);
        foreach (var rack in RackNames)
            _pool.SeeRack(View(rack, showAll: true, ++_rackVersion));
        _pool.AttachClaims();
        _journal.AddRange(_pool.TakeEntries());
    }

    private PoolTwin.Entry? Some(Dice dice, PoolTwin.Stage stage)
    {
        var all = _twin.On(stage).ToList();
        return all.Count == 0 ? null : all[dice.Next(all.Count)];
    }

    private void Compare()
    {
        _pool.CheckClaims();
        Same((_epoch, _lastPlan), (_pool.Epoch, _pool.LastPlan), "epoch and last plan");
        SameList(
            _twin.All.Select(e => $"{e.Id} {e.Stage} {e.Plan} {e.IsOver} {e.IsUndoing}").Order(StringComparer.Ordinal),
            _pool.AttemptsAfter(null).Select(a => $"{a.Id} {(a.Stage == AttemptStage.Queued ? "Waiting" : $"{a.Stage}")} {a.Plan} {a.EndWanted} {a.Undoing}").Order(StringComparer.Ordinal),
            "attempts");
        Same(
            (_twin.On(PoolTwin.Stage.Waiting).Count(), _twin.On(PoolTwin.Stage.Placing).Count(), _twin.On(PoolTwin.Stage.Running).Count()),
            (_pool.Pending, _pool.Placing, _pool.Running), "waiting, placing, running");
        Same(
            (_twin.On(PoolTwin.Stage.Placing).Sum(e => e.Spec.TotalGpuMilli), _twin.All.Where(e => e.Stage is PoolTwin.Stage.Running or PoolTwin.Stage.Freeing).Sum(e => e.Spec.TotalGpuMilli)),
            (_pool.GpuMilliPlacing, _pool.GpuMilliRunning), "GPU that is placing, running");
        Same(_twin.Nodes(all: false).Sum(n => n.Free.Sum()), _pool.Capacity.FreeGpuMilli, "GPU that is free");
        Same(_twin.Nodes(all: true).Count() * PoolTwin.Gpus, _pool.Capacity.Gpus, "GPUs");
    }
}
