using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Slices, anti-affinity, spread, NVLink domains, spares, tenants and parts of a pool, on small pools against every placement there is.</summary>
public sealed class RandomRuleTests(ITestOutputHelper output)
{
    private static readonly int Rounds = Ops.Of(4_000);
    private static readonly TenantId Acme = new("acme");
    private static readonly TenantId Other = new("other");
    private static readonly JobId Set = new("set");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_can_be_placed_is_placed_and_keeps_every_rule(int seed)
    {
        int placed = 0, none = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var one = seed * 10_000_019 + round;
            try
            {
                var one1 = Try(new Random(one), new Random(one));
                (placed, none) = (placed + (one1 ? 1 : 0), none + (one1 ? 0 : 1));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {one}: {e.Message}", e);
            }
        }

        output.WriteLine($"seed {seed}: {placed} placed, {none} have no placement");
        Assert.True(placed > Rounds / 5 && none > Rounds / 20);
    }

    private static bool Try(Random random, Random extended)
    {
        var racks = Racks(random);
        var index = new PlacementIndex();
        var room = new Dictionary<(string Rack, int Slot), int>();
        var request = Request(random);
        if (extended.Next(2) == 0) (racks, request) = WithDevices(racks, request, extended);
        foreach (var rack in racks)
        {
            var view = View(random, rack);
            index.SetRack(view);
            foreach (var (slot, fits) in Rooms(view, request).Index()) room[(rack.Rack.Value, slot)] = fits;
        }

        var rules = new PlainRules(racks, room);
        if (request.Spread is not null) JoinSiblings(random, racks, index, rules);
        var before = index.Totals;
        var expected = rules.Search(request);
        var could = index.CouldFitNow(request);
        Assert.Equal(before, index.Totals);
        var found = index.Fits(request);
        Assert.True(found == expected is not null || (!found && IsGreedy(request)), $"found {found}, exists {expected is not null}");
        Assert.Equal(before, index.Totals);
        var answer = index.TryPlace(request);
        if (answer is not PlacementAnswer.Placed { Placement: var placement })
        {
            Assert.Equal(before, index.Totals);
            if (answer is PlacementAnswer.Never { Why.Never: var why }) Assert.NotEmpty(why!.Message);
            return false;
        }

        Assert.True(could);
        var workers = placement.Racks.SelectMany(r => r.Workers.Select(w => (Key: (r.Rack.Value, w.Slot), w.Rank))).ToList();
        Assert.Null(rules.Broken(request, workers.GroupBy(w => w.Key).ToDictionary(g => g.Key, g => g.Count())));
        Assert.All(workers.GroupBy(w => w.Key), g => Assert.True(g.Count() <= room[g.Key], $"{g.Key} has room for {room[g.Key]}"));
        Assert.Equal(Enumerable.Range(0, workers.Count), workers.Select(w => w.Rank).Order());
        if (request.Roles[0].Slices is { } slices)
        {
            Assert.All(workers.GroupBy(w => w.Rank / slices.Size), s => Assert.Single(
                s.Select(w => PlainRules.DomainOf(racks.First(r => r.Rack.Value == w.Key.Value), w.Key.Slot, slices.Level)).Distinct()));
        }

        index.Release(placement, request.Roles);
        Assert.Equal(before, index.Totals);
        return true;
    }

    /// <summary>A limit per domain wider than the slices' is kept, but not every placement under it is found.</summary>
    private static bool IsGreedy(GangRequest request) =>
        request.Roles[0] is { Slices: { } s, AntiAffinity: { } a } && s.Level.IsTighterThan(a.Level);

    /// <summary>The same with devices on the nodes, of which every worker needs one or two.</summary>
    private static (RackSpec[] Racks, GangRequest Request) WithDevices(RackSpec[] racks, GangRequest request, Random random) => (
        [.. racks.Select(r => r with { Nodes = [.. r.Nodes.Select(n => n with { Extended = ExtendedResources.Sorted([new ExtendedAmount("rdma/hca", random.Next(6))]) })] })],
        request with { Roles = [.. request.Roles.Select(r => r with { Shape = r.Shape with { Extended = [new ExtendedAmount("rdma/hca", random.Next(1, 3))] } })] });

    private static RackSpec[] Racks(Random random)
    {
        var racks = random.Next(1, 5);
        var several = random.Next(2) == 0;
        return [.. Enumerable.Range(0, racks).Select(r => new RackSpec
        {
            Rack = new RackId($"pool/r{r}"),
            Block = $"b{random.Next(2)}",
            Spares = random.Next(3) == 0 ? random.Next(3) : 0,
            Nodes = [.. Enumerable.Range(0, random.Next(1, racks > 2 ? 4 : 6)).Select(n => new NodeSpec
            {
                Name = new NodeId($"n{r}-{n}"),
                Gpus = random.Next(5) == 0 ? 2 : 4,
                GpuModel = random.Next(8) == 0 ? "H100/1g.10gb" : "H100",
                CpuMilli = random.Next(4) == 0 ? 2_000 : 64_000,
                MemoryMiB = 1_000_000,
                Domain = several ? $"d{random.Next(2)}" : "",
                Tenants = random.Next(6) == 0 ? [Acme] : [],
            })],
        })];
    }

    private static RackView View(Random random, RackSpec rack)
    {
        var allocations = rack.Nodes.Select((n, slot) => (n, slot, Used: random.Next(3) == 0 ? random.Next(1, n.Gpus + 1) : 0)).Where(n => n.Used > 0).Select(n => new RackAllocation
        {
            Attempt = new AttemptId(new JobId($"{n.n.Name}"), 1),
            Plan = 1,
            Committed = true,
            Workers = [new WorkerSlot(0, 0, n.slot, (1UL << n.Used) - 1, 1000)],
            Shapes = [TextPool.Shape(n.Used)],
        });
        return new RackView { Spec = rack, Schedulable = (ulong)random.NextInt64() | (ulong)random.NextInt64() | (random.Next(2) == 0 ? ulong.MaxValue : 0), Allocations = [.. allocations], Version = 1, Epoch = 1 };
    }

    /// <summary>Workers for which each node has room, spares taken out: the last by slot of the GPU nodes on which nothing is.</summary>
    private static int[] Rooms(RackView view, GangRequest request)
    {
        var nodes = view.Spec.Nodes;
        bool Takes(int slot) => (view.Schedulable >> slot & 1) != 0;
        int Used(int slot) => view.Allocations.SelectMany(a => a.Workers).Where(w => w.Slot == slot).Sum(w => System.Numerics.BitOperations.PopCount(w.Gpus));
        var wanted = view.Spec.Spares - Enumerable.Range(0, nodes.Length).Count(s => !Takes(s));
        var spares = Enumerable.Range(0, nodes.Length).Where(s => Takes(s) && Used(s) == 0).OrderDescending().Take(Math.Max(0, wanted)).ToHashSet();
        var shape = request.Roles[0].Shape;
        return [.. nodes.Select((n, s) =>
            !Takes(s) || (spares.Contains(s) && !request.MayUseSpares) || (n.Tenants.Length > 0 && !n.Tenants.Contains(request.Tenant)) || (shape.GpuModels.IsEmpty ? n.GpuModel != "H100" : !shape.GpuModels.Contains(n.GpuModel))
                ? 0
                : (int)Math.Min((n.Gpus - Used(s)) / shape.Gpus, Math.Min(
                    shape.CpuMilli == 0 ? 99 : n.CpuMilli / shape.CpuMilli, shape.Extended.IsEmpty ? 99 : n.Extended.Sum(e => e.Count) / shape.Extended[0].Count)))];
    }

    private static void JoinSiblings(Random random, RackSpec[] racks, PlacementIndex index, PlainRules rules)
    {
        for (var i = random.Next(3); i > 0; i--)
        {
            var rack = racks[random.Next(racks.Length)];
            var slot = random.Next(rack.Nodes.Length);
            index.JoinSet(Set, new RackSlice { Rack = rack.Rack, Workers = [new WorkerSlot(0, 0, slot, 0, 1000), new WorkerSlot(0, 1, slot, 0, 1000)] });
            rules.Siblings[(rack.Rack.Value, slot)] = 1;
        }
    }

    private static GangRequest Request(Random random)
    {
        var size = random.Next(1, 4);
        var sliced = random.Next(2) == 0;
        TopologyLevel Level() => TopologyLevels.FromTightest[random.Next(4)];
        return new GangRequest
        {
            Roles =
            [
                new RoleSpec
                {
                    Name = "worker",
                    Count = sliced ? size * random.Next(1, 5) : random.Next(1, 9),
                    Shape = TextPool.Shape(random.Next(3) == 0 ? 4 : random.Next(1, 3), cpu: random.Next(3) * 1000) with { GpuModels = random.Next(10) switch { 0 => ["H100/1g.10gb"], 1 => ["H100", "H100/1g.10gb"], _ => [] } },
                    Slices = sliced ? new SliceRule { Size = size, Level = Level() } : null,
                    AntiAffinity = random.Next(3) == 0 ? new AntiAffinityRule { Level = Level(), MaxPerDomain = random.Next(1, 4) } : null,
                },
            ],
            Topology = new TopologyRule { Required = random.Next(2) == 0 ? TopologyLevel.None : Level(), Preferred = TopologyLevels.FromTightest[random.Next(5)] },
            Tenant = random.Next(2) == 0 ? Acme : Other,
            Spread = random.Next(4) == 0 ? new SpreadGroup(Set, Level(), Required: random.Next(3) > 0) : null,
            MayUseSpares = random.Next(4) == 0,
        };
    }
}
