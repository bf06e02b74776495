using Scheduling.Audit;
using Scheduling.Model;
using Scheduling.Racks;

namespace Scheduling.Tests.Models;

/// <summary>A rack's ledger against a list of who is there (I1, I8, I10, I13), with messages late, twice and out of order.</summary>
public sealed class RackModelTests(ITestOutputHelper output)
{
    [Fact]
    public void A_rack_gives_every_GPU_once_whatever_is_said_to_it() => new ModelCheck(output).Run<RackVerb>(
        () => new RackModel(),
        [
            (10, RackVerb.Hold), (4, RackVerb.HoldAgain), (5, RackVerb.Commit), (5, RackVerb.Release), (3, RackVerb.Offer), (1, RackVerb.OfferNonsense),
            (2, RackVerb.HoldOut), (1, RackVerb.Attach), (2, RackVerb.Pass), (1, RackVerb.Restart),
        ],
        stories: 250, length: 80,
        "held", "held: as it was", "held: refused: over", "held: refused: others", "held: refused: newer or committed", "held: refused: form", "held: refused: room", "hold replaced", "lease renewed",
        "committed", "committed: as it was", "committed: refused: not held", "released", "released: as it was", "released before it was held",
        "less than allocated", "vanished", "nonsense refused", "older epoch refused", "epoch taken", "overdue", "restarted", "partly used", "gone node emptied");
}

internal enum RackVerb
{
    Hold,
    HoldAgain,
    Commit,
    Release,
    Offer,
    OfferNonsense,
    HoldOut,
    Attach,
    Pass,
    Restart,
}

internal sealed class RackModel : Model<RackVerb>
{
    private static readonly RackId Rack = new("pool/r1");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    internal static readonly Label Fast = new("net", "fast");
    private static readonly NodeTerm NotFast = new() { Requirements = [new NodeRequirement { Key = Fast.Key, Operator = NodeOperator.DoesNotExist }] };
    private static readonly Label Broken = new("fault", "ecc");

    private readonly RackTwin _twin = new();
    private readonly List<RackEntry> _journal = [];
    private readonly List<RackAllocation> _sent = [];
    private RackLedger _ledger = new(Rack);
    private DateTimeOffset _now = Noon;
    private long _plan;
    private long _version;

    public override string Begin(Dice dice) => Offer(dice);

    public override string Do(RackVerb verb, Dice dice)
    {
        var words = verb switch
        {
            RackVerb.Hold => Hold(NewHold(dice)),
            RackVerb.HoldAgain => HoldAgain(dice),
            RackVerb.Commit => Commit(PlanOf(dice)),
            RackVerb.Release => Release(PlanOf(dice)),
            RackVerb.Offer => Offer(dice),
            RackVerb.OfferNonsense => OfferNonsense(dice),
            RackVerb.HoldOut => HoldOut(dice),
            RackVerb.Attach => Attach(dice),
            RackVerb.Pass => Pass(dice),
            _ => Restart(dice),
        };
        Compare();
        return words;
    }

    private string Hold(RackAllocation hold)
    {
        _sent.Add(hold);
        var had = _twin.Find(hold.Attempt);
        var answer = _twin.Hold(hold);
        Same(answer, Apply(_ledger.DecideHold(hold), answer), "hold");
        Saw(answer is null ? "held" : $"held: {answer}");
        if (answer is null && had is not null)
            Saw(had.Plan == hold.Plan ? "lease renewed" : "hold replaced");
        return $"hold {hold.Attempt} plan {hold.Plan} on {string.Join(' ', hold.Workers.Select(w => $"{w.Slot}:{w.Gpus:x}"))}: {answer ?? "held"}";
    }

    private string HoldAgain(Dice dice)
    {
        if (_sent.Count == 0)
            return "has nothing to send again";
        var hold = _sent[^(1 + dice.Next(Math.Min(8, _sent.Count)))];
        return dice.Next(6) switch
        {
            1 => Hold(hold with { LeaseUntil = _now.AddSeconds(dice.Next(100)) }),
            2 => Hold(hold with { Plan = ++_plan }),
            3 => Hold(hold with { Workers = [.. hold.Workers.Skip(1)] }),
            4 => Hold(hold with { Plan = hold.Plan - 1 }),
            5 => Hold(hold with { Shapes = [hold.Shapes[0] with { CpuMilli = hold.Shapes[0].CpuMilli + 1 }, .. hold.Shapes.Skip(1)] }),
            _ => Hold(hold),
        };
    }

    private string Commit(PlanRef plan)
    {
        var answer = _twin.Commit(plan);
        Same(answer, Apply(_ledger.DecideCommit(plan), answer), "commit");
        Saw(answer is null ? "committed" : $"committed: {answer}");
        return $"commit {plan}: {answer ?? "committed"}";
    }

    private string Release(PlanRef plan)
    {
        var had = _twin.Find(plan.Attempt) is not null;
        var gone = _twin.Gone.Count;
        var answer = _twin.Release(plan);
        Same(answer, Apply(_ledger.DecideRelease(plan), answer), "release");
        Saw(answer is null ? had ? "released" : "released before it was held" : $"released: {answer}");
        if (_twin.Gone.Count < gone)
            Saw("gone node emptied");
        return $"release {plan}: {answer ?? "released"}";
    }

    private string Offer(Dice dice)
    {
        var nodes = Enumerable.Range(0, 5).Where(_ => !dice.OneIn(4)).Select(i => new NodeSpec
        {
            Name = new NodeId($"n{i}"), Gpus = dice.OneIn(3) ? 2 : 4, CpuMilli = dice.OneIn(4) ? 3000 : 8000, MemoryMiB = dice.OneIn(5) ? 3000 : 8000,
            GpuModel = i == 4 ? "A100/1g" : i == 3 ? "A100" : "H100", Labels = i < 2 ? [Fast] : [], Taints = i == 2 && dice.OneIn(3) ? [Broken] : [],
            Tenants = i == 1 && dice.OneIn(3) ? [new TenantId("red"), new TenantId("blue")] : [],
            Extended = ExtendedResources.Sorted([new("ephemeral-storage", dice.Of(0, 500, 800)), new("rdma/hca", dice.OneIn(3) ? 1 : 4)]),
        }).ToArray();
        if (dice.OneIn(2))
            Array.Reverse(nodes);
        var offer = new RackSpec { Rack = Rack, Block = dice.OneIn(6) ? "b2" : "b1", Nodes = [.. nodes], Spares = dice.OneIn(6) ? 1 : 0 };
        var news = _twin.Offer(offer);
        var decision = _ledger.DecideOffer(offer);
        Same(news is null ? "as it was" : null, Apply(decision, null), $"offer of {string.Join(' ', nodes.Select(n => n.Name))}");
        if (decision is RackDecision.Change { Events: var events })
        {
            SameList(news!.Order(StringComparer.Ordinal), events.Select(Words).Order(StringComparer.Ordinal), "news of the offer");
            news!.ForEach(n => Saw(n[..n.IndexOf(':', StringComparison.Ordinal)]));
        }

        return $"offer {string.Join(' ', nodes.Select(n => $"{n.Name}×{n.Gpus}"))}: {(news is null ? "as it was" : string.Join(", ", news))}";
    }

    private static string Words(RackEvent e) => e switch
    {
        RackEvent.CapacityBelowAllocated below => $"less than allocated: {below.Node}",
        RackEvent.NodeVanished vanished => $"vanished: {vanished.Node} with {vanished.Workers}",
        _ => e.ToString(),
    };

    private string OfferNonsense(Dice dice)
    {
        var good = new NodeSpec { Name = new NodeId("n0"), Gpus = 4, CpuMilli = 8000, MemoryMiB = 8000, GpuModel = "H100" };
        var offer = new RackSpec { Rack = Rack, Block = "b1", Nodes = [good] };
        var bad = dice.Next(9) switch
        {
            0 => offer with { Rack = new RackId("pool/r2") },
            1 => offer with { Nodes = [good, good] },
            2 => offer with { Nodes = [good with { Gpus = dice.OneIn(2) ? 65 : -1 }] },
            3 => offer with { Nodes = [good with { CpuMilli = -1 }] },
            4 => offer with { Nodes = [good with { MemoryMiB = -1 }] },
            5 => offer with { Spares = dice.OneIn(2) ? 65 : -1 },
            6 => offer with { Nodes = [good with { Extended = [new("rdma/hca", dice.Of(0, -1))] }] },
            7 => offer with { Nodes = [good with { Extended = [new("rdma/hca", 1), new(dice.OneIn(2) ? "rdma/hca" : "a/b", 1)] }] },
            _ => offer with { Nodes = [.. Enumerable.Range(0, 65).Select(i => good with { Name = new NodeId($"m{i}") })] },
        };
        Same("refused", Apply(_ledger.DecideOffer(bad), "refused"), "nonsense");
        Saw("nonsense refused");
        return "offers nonsense";
    }

    private string HoldOut(Dice dice)
    {
        var (node, heldOut) = (new NodeId($"n{dice.Next(6)}"), !dice.OneIn(2));
        var changes = _twin.SetHeldOut(node, heldOut);
        Same(changes ? null : "as it was", Apply(_ledger.DecideSchedulable(node, !heldOut), null), "hold out");
        return $"{node} {(heldOut ? "is held out" : "is let in")}";
    }

    private string Attach(Dice dice)
    {
        var epoch = Math.Max(0, _twin.Epoch + dice.Of(1, 0, -1, 3));
        var answer = epoch < _twin.Epoch ? "refused" : epoch == _twin.Epoch ? "as it was" : null;
        _twin.Epoch = Math.Max(epoch, _twin.Epoch);
        Same(answer, Apply(_ledger.DecideEpoch(epoch), answer), "epoch");
        Saw(answer switch { null => "epoch taken", "refused" => "older epoch refused", _ => "epoch again" });
        return $"epoch {epoch}";
    }

    private string Pass(Dice dice)
    {
        _now = _now.AddSeconds(dice.Next(40));
        var limit = 1 + dice.Next(4);
        var left = dice.OneIn(3) ? _twin.Holds.FirstOrDefault()?.Attempt : null;
        var overdue = _twin.Holds.Where(h => h.LeaseUntil <= _now && h.Attempt != left).OrderBy(h => h.LeaseUntil).ThenBy(h => h.Attempt.Job.Value, StringComparer.Ordinal).ThenBy(h => h.Attempt.Number).ToList();
        SameList(overdue.Take(limit).Select(h => h.Attempt), _ledger.Overdue(_now, limit, left is null ? null : a => a == left).Select(h => h.Attempt), "overdue");
        var ends = _twin.Holds.Where(h => h.Attempt != left).Select(h => (DateTimeOffset?)h.LeaseUntil).Min();
        Same(ends, _ledger.NextLeaseEnd(left is null ? null : a => a == left), "next lease end");
        if (overdue.Count > 0)
            Saw("overdue");
        foreach (var hold in overdue.Take(limit).Where(_ => dice.OneIn(2)))
            Release(new PlanRef(hold.Attempt, hold.Plan));
        return $"until {_now:T}, {overdue.Count} overdue";
    }

    private string Restart(Dice dice)
    {
        var replayed = new RackLedger(Rack);
        foreach (var entry in _journal)
            replayed.Apply(entry);
        _ledger = dice.OneIn(2) ? replayed : RackLedger.Restore(_ledger.Snapshot());
        Saw("restarted");
        return "restarts";
    }

    private RackAllocation NewHold(Dice dice)
    {
        var attempt = new AttemptId(new JobId($"j{dice.Next(6)}"), dice.OneIn(3) ? 2 : 1);
        var gpus = dice.Of(1, 2, 0, 1);
        var shape = new WorkerShape
        {
            Gpus = gpus, GpuMilli = dice.OneIn(40) ? dice.Of(0, 1001) : gpus == 1 ? dice.Of(1000, 500, 250) : 1000,
            CpuMilli = dice.OneIn(40) ? -1 : dice.Of(1000L, 0, 3000), MemoryMiB = dice.OneIn(40) ? -1 : dice.Of(1000L, 0, 3000),
            GpuModels = dice.OneIn(6) ? ["A100", "A100/1g"] : [], NodeSelector = dice.OneIn(8) ? [Fast] : [], NodeTerms = dice.OneIn(8) ? [NotFast] : [], Tolerations = dice.OneIn(2) ? [Broken] : [],
            Extended = dice.OneIn(40) ? [new("rdma/hca", dice.Of(0, -1))] : ExtendedResources.Sorted([new("ephemeral-storage", dice.OneIn(3) ? 200 : 0), new("rdma/hca", dice.OneIn(3) ? 1 : 0)]),
        };
        var workers = Enumerable.Range(0, dice.Of(1, 2, 3)).Select(rank =>
        {
            var bits = dice.Next(16);
            var mask = (ulong)(dice.OneIn(40) ? bits : gpus switch { 0 => 0, 1 => 1 << (bits % 4), 2 => 3 << (bits % 3), _ => 15 });
            return new WorkerSlot(dice.OneIn(40) ? 1 : 0, rank, ((bits / 4) + rank) % Math.Max(1, _twin.Slots.Count) + (dice.OneIn(40) ? dice.Of(5, -5) : 0), mask, shape.GpuMilli);
        });
        return new RackAllocation
        {
            Attempt = attempt, Plan = ++_plan, Committed = dice.OneIn(30), Workers = [.. workers], Shapes = [shape], LeaseUntil = _now.AddSeconds(dice.Next(60)),
            Tenant = dice.Of<TenantId>(default, new TenantId("red"), new TenantId("green")),
        };
    }

    /// <summary>Of something that is there, that was there, or that never was.</summary>
    private PlanRef PlanOf(Dice dice)
    {
        var delta = dice.OneIn(6) ? dice.Of(1, -1) : 0;
        var allocation = dice.Next(3) < 2 && _twin.All.Count > 0 ? _twin.All[dice.Next(_twin.All.Count)] : _sent.Count > 0 ? _sent[^(1 + dice.Next(Math.Min(12, _sent.Count)))] : null;
        return allocation is null || dice.OneIn(12)
            ? new PlanRef(new AttemptId(new JobId($"j{dice.Next(6)}"), 1), _plan + dice.Next(3))
            : new PlanRef(allocation.Attempt, allocation.Plan + delta);
    }

    /// <summary>What became of it, in the twin's words for a refusal: why is for people.</summary>
    private string? Apply(RackDecision decision, string? refusal)
    {
        switch (decision)
        {
            case RackDecision.Change { Entry: var entry }:
                _ledger.Apply(entry);
                _journal.Add(entry);
                _version++;
                return null;
            case RackDecision.Nothing:
                return "as it was";
            default:
                return refusal?.StartsWith("refused", StringComparison.Ordinal) == true ? refusal : "refused";
        }
    }

    private void Compare()
    {
        _ledger.CheckInvariants();
        Same(_version, _ledger.Version, "version");
        Same(_twin.Epoch, _ledger.Epoch, "epoch");
        Same(_twin.Holds.Count(), _ledger.Holds, "holds");
        Same(_twin.Holds.Select(h => (DateTimeOffset?)h.LeaseUntil).Min(), _ledger.NextLeaseEnd(), "next lease end");
        var view = _ledger.View();
        Same((_twin.Block ?? "", _twin.Spares, _ledger.Epoch, _ledger.Version), (view.Spec.Block, view.Spec.Spares, view.Epoch, view.Version), "what the rack says of itself");
        SameList(
            _twin.All.Select(a => $"{a.Attempt} {a.Plan} {a.Committed} {a.LeaseUntil:T} {string.Join(' ', a.Workers)}").Order(StringComparer.Ordinal),
            view.Allocations.Select(a => $"{a.Attempt} {a.Plan} {a.Committed} {a.LeaseUntil:T} {string.Join(' ', a.Workers)}").Order(StringComparer.Ordinal), "allocations");
        SameList(_twin.Slots.Select(s => s ?? NodeSpec.Vacant), view.Spec.Nodes, "slots");
        List<string> broken = [];
        for (var slot = 0; slot < _twin.Slots.Count; slot++)
        {
            Same(_twin.TakesWork(slot), ((view.Schedulable >> slot) & 1) == 1, $"slot {slot} takes new work");
            if (_twin.Slots[slot] is not { } node)
                continue;
            SameList(
                _twin.All.Where(a => a.Workers.Any(w => w.Slot == slot)).Select(a => a.Attempt.ToString()).Order(StringComparer.Ordinal),
                _ledger.AttemptsOn(node.Name).Select(a => a.ToString()).Order(StringComparer.Ordinal), $"attempts on {node.Name}");
            if (_twin.WorkersOn(slot) > 0 && !_twin.Exceeds(slot))
                Saw("partly used");
            if (_twin.Exceeds(slot))
                broken.Add(node.Name.Value);
        }

        Same(0UL, _twin.Slots.Count == 64 ? 0 : view.Schedulable >> _twin.Slots.Count, "slots beyond the last");
        Audit(view, broken);
    }

    /// <summary>What the auditor finds broken is what has lost something since it was given.</summary>
    private static void Audit(RackView view, List<string> broken)
    {
        var (checks, found) = RackAudit.Check(view);
        Holds(checks >= view.Allocations.Sum(a => a.Workers.Length), "the auditor looks at every worker");
        Same(broken.Count > 0, found.Count > 0, $"the auditor finds something ({string.Join(' ', found)})");
    }
}
