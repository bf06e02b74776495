using Scheduling.Model;
using Scheduling.Racks;
using static Scheduling.Tests.Racks.Given;

namespace Scheduling.Tests.Racks;

/// <summary>Random commands, late and repeated ones among them, against a dumb twin; and the journal replayed beside it.</summary>
public sealed class RandomRackTests
{
    private const int Jobs = 12;
    private readonly List<RackEntry> _journal = [];
    private readonly List<RackAllocation> _sent = [];
    private readonly PlainRack _twin = new();
    private RackLedger _ledger = new(Rack);
    private long _plan;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_ledger_agrees_with_its_dumb_twin_and_its_journal_is_its_state(int seed)
    {
        var random = new Random(seed);
        OfferSome(random);
        for (var step = 0; step < 4_000; step++)
        {
            Step(random, step);
            Compare(step);
            if (step % 500 == 0)
                Restart(step);
        }

        var held = _journal.Count(e => e.Kind == RackEntryKind.Held);
        var committed = _journal.Count(e => e.Kind == RackEntryKind.Committed);
        Assert.True(held > 250 && committed > 100, $"{held} held, {committed} committed: the test says little");
    }

    private void Step(Random random, int step)
    {
        switch (random.Next(20))
        {
            case 0:
                OfferSome(random);
                break;
            case 1:
                var node = new NodeId($"n{random.Next(8)}");
                var schedulable = random.Next(4) > 0;
                Do(_ledger.DecideSchedulable(node, schedulable));
                _ = schedulable ? _twin.HeldOut.Remove(node) : _twin.HeldOut.Add(node);
                break;
            case < 9:
                HoldOne(random.Next(4) == 0 && _sent.Count > 0 ? _sent[random.Next(_sent.Count)] : RandomHold(random), step);
                break;
            case < 14 when _sent.Count > 0:
                var plan = Ref(_twin.All.Count > 0 && random.Next(2) == 0 ? _twin.All[random.Next(_twin.All.Count)] : _sent[random.Next(_sent.Count)]);
                var refused = Do(_ledger.DecideCommit(plan));
                Assert.True(refused == !_twin.Commit(plan), $"step {step}: commit of {plan}");
                break;
            case < 19 when _sent.Count > 0:
                var over = Ref(random.Next(10) switch
                {
                    0 => RandomHold(random),
                    < 4 => _sent[random.Next(_sent.Count)],
                    _ => _twin.All.Count > 0 ? _twin.All[random.Next(_twin.All.Count)] : _sent[0],
                });
                Assert.False(Do(_ledger.DecideRelease(over)));
                _twin.Release(over);
                break;
        }
    }

    private static PlanRef Ref(RackAllocation hold) => new(hold.Attempt, hold.Plan);

    private void HoldOne(RackAllocation hold, int step)
    {
        _sent.Add(hold);
        if (_sent.Count > 30)
            _sent.RemoveAt(0);
        var refused = Do(_ledger.DecideHold(hold));
        Assert.True(refused == !_twin.Hold(hold), $"step {step}: hold {hold.Attempt} plan {hold.Plan}: ledger refused {refused}");
    }

    private RackAllocation RandomHold(Random random)
    {
        var workers = new WorkerSlot[random.Next(1, 4)];
        var gpus = random.Next(0, 4);
        var milli = gpus == 1 && random.Next(2) == 0 ? random.Next(1, 1000) : 1000;
        var shape = Shape(gpus, milli, cpuMilli: random.Next(0, 10_000), memoryMiB: random.Next(0, 20_000)) with
        {
            Extended = ExtendedResources.Sorted([new("ephemeral-storage", random.Next(2) * random.Next(20_000)), new("rdma/hca", random.Next(3) == 0 ? 1 : 0)]),
        };
        for (var i = 0; i < workers.Length; i++)
        {
            var mask = 0UL;
            while ((int)ulong.PopCount(mask) < gpus)
                mask |= 1UL << random.Next(8);
            workers[i] = Worker(random.Next(8), mask, milli, rank: i);
        }

        return Hold($"j{random.Next(Jobs)}", ++_plan, shape, workers);
    }

    private void OfferSome(Random random)
    {
        var nodes = Enumerable.Range(0, 8).Where(_ => random.Next(5) > 0)
            .Select(i => Node($"n{i}", gpus: random.Next(6, 9), cpuMilli: random.Next(30_000, 64_000), memoryMiB: random.Next(60_000, 200_000)) with
            {
                Extended = ExtendedResources.Sorted([new("ephemeral-storage", random.Next(40_000, 100_000)), new("rdma/hca", random.Next(5))]),
            }).ToArray();
        random.Shuffle(nodes);
        Do(_ledger.DecideOffer(Given.Offer(nodes)));
        _twin.Offer(nodes);
    }

    /// <summary>True when refused.</summary>
    private bool Do(RackDecision decision)
    {
        if (decision is RackDecision.Change { Entry: var entry })
        {
            _ledger.Apply(entry);
            _journal.Add(entry);
        }

        return decision is RackDecision.Refuse;
    }

    private void Compare(int step)
    {
        _ledger.CheckInvariants();
        var view = _ledger.View();
        Assert.Equal(
            _twin.All.Select(a => $"{a.Attempt} {a.Plan} {a.Committed}").Order(StringComparer.Ordinal),
            view.Allocations.Select(a => $"{a.Attempt} {a.Plan} {a.Committed}").Order(StringComparer.Ordinal));
        for (var slot = 0; slot < view.Spec.Nodes.Length; slot++)
        {
            Assert.True(view.Spec.Nodes[slot].Name == _twin.Slots[slot].Name, $"step {step}: slot {slot}");
            Assert.True((((view.Schedulable >> slot) & 1) != 0) == _twin.TakesWork(slot), $"step {step}: slot {slot} schedulable");
        }
    }

    /// <summary>Crash at any point: a snapshot, or the journal from its start, or a snapshot and the rest, are all the same ledger.</summary>
    private void Restart(int step)
    {
        var replayed = new RackLedger(Rack);
        foreach (var entry in _journal)
            replayed.Apply(entry);
        var restored = RackLedger.Restore(_ledger.Snapshot());
        restored.CheckInvariants();
        Assert.Equal(_ledger.Text(), replayed.Text());
        Assert.Equal(_ledger.Text(), restored.Text());
        _ledger = step % 1000 == 0 ? restored : replayed;
    }
}
