using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Long random histories against the dumb twin.</summary>
public sealed class RandomOperationTests(ITestOutputHelper output)
{
    private static readonly int Pools = Ops.Of(60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_answer_and_every_total_agree_with_the_twin(int seed)
    {
        var counts = new int[3];
        for (var pool = 0; pool < Pools; pool++)
        {
            var one = seed * 1_000_003 + pool;
            try
            {
                new History(new Random(one), pool % 2 == 0 ? null : new Random(one), counts).Run(120);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {one}: {e.Message}", e);
            }
        }

        output.WriteLine($"seed {seed}: {Pools} pools, {counts[0]} placed, {counts[1]} no room, {counts[2]} never");
        Assert.All(counts, c => Assert.True(c > Pools));
    }

    private sealed class History(Random random, Random? extended, int[] counts)
    {
        private readonly PlainPool twin = new();
        private readonly RandomPool make = new(random, extended);
        private readonly PlacementIndex index = new();
        private int attempts;

        public void Run(int steps)
        {
            var racks = make.Racks().ToArray();
            random.Shuffle(racks);
            foreach (var rack in racks)
            {
                twin.Add(rack);
                index.SetRack(twin.View(rack.Rack.Value));
            }

            for (var step = 0; step < steps; step++)
            {
                switch (random.Next(20))
                {
                    case < 10: Place(make.Request(random.Next(5) == 0 ? 3 : 1)); break;
                    case < 16: Release(); break;
                    case 16: Cordon(); break;
                    case 17: SetSomeRackAgain(); break;
                    case 18: Shuffle(); break;
                    default: Replace(); break;
                }

                Assert.Equal(twin.Totals, index.Totals);
                Assert.Equal(twin.Extended, index.Extended);
                if (step % 40 == 39) SameAsFresh();
            }
        }

        private void Place(GangRequest request)
        {
            var could = index.CouldFitNow(request);
            var before = index.Totals;
            var room = request.Roles.Length == 1 ? twin.Room(request.Roles[0].Shape, request.Topology.Required) : -1;
            var fewest = request.Roles.Length == 1 && room >= request.Roles[0].Count ? twin.FewestRacks(request.Roles[0].Shape, request.Roles[0].Count, request.Topology.Required) : 0;
            var answer = index.TryPlace(request);
            switch (answer)
            {
                case PlacementAnswer.Placed placed:
                    counts[0]++;
                    Assert.True(could);
                    twin.Place(new AttemptId(new JobId("job"), ++attempts), placed.Placement, request);
                    CheckRacks(request, placed.Placement, fewest);
                    break;
                case PlacementAnswer.NoRoom no:
                    counts[1]++;
                    CheckRefusal(request, no.Why, room, before);
                    Assert.All(request.Roles, r => Assert.True(twin.Room(r.Shape, request.Topology.Required, empty: true) >= r.Count));
                    break;
                case PlacementAnswer.Never never:
                    counts[2]++;
                    CheckRefusal(request, never.Why, room, before);
                    if (request.Roles.Length == 1) Assert.True(twin.Room(request.Roles[0].Shape, request.Topology.Required, empty: true) < request.Roles[0].Count);
                    break;
            }
        }

        private void CheckRefusal(GangRequest request, Shortage why, long room, PoolCapacity before)
        {
            Assert.Equal(before, index.Totals);
            Assert.Equal(twin.Totals.Nodes, why.NodesEvaluated);
            Assert.InRange(why.Filtered.Sum(f => f.Nodes), 0, why.NodesEvaluated);
            Assert.NotEmpty(why.Message);
            if (request.Roles.Length > 1) return;
            Assert.True(room < request.Roles[0].Count, $"refused, but {room} of {request.Roles[0].Count} fit");
            Assert.Equal(room, why.WorkersThatFit);
            CheckFiltered(request.Roles[0].Shape, request.Topology.Required, why);
        }

        /// <summary>Every node is counted under what rules it out first, and one that fits only when it is outside the domain that has most room.</summary>
        private void CheckFiltered(WorkerShape shape, TopologyLevel level, Shortage why)
        {
            var nodes = twin.Racks.Values.SelectMany(r => r.Nodes.Select(n => (r.Spec, Node: n, Room: n.Room(shape)))).ToList();
            var lacking = nodes.Where(n => n.Room == 0).CountBy(n => n.Node.Lacks(shape)).Select(c => c.Key with { Nodes = c.Value })
                .OrderByDescending(f => f.Nodes).ThenBy(f => f.Constraint).ThenBy(f => f.Resource, StringComparer.Ordinal);
            Assert.Equal(lacking, why.Filtered.Where(f => f.Constraint != PlacementConstraint.Topology));
            Assert.Equal(why.Filtered.OrderByDescending(f => f.Nodes).ThenBy(f => f.Constraint), why.Filtered);

            var domains = nodes.Where(n => n.Room > 0).GroupBy(n => level switch
            {
                TopologyLevel.Node => n.Node.Spec.Name.Value,
                TopologyLevel.Rack => n.Spec.Rack.Value,
                TopologyLevel.Block => n.Spec.Block,
                _ => "",
            }).Select(d => (Room: d.Sum(n => (long)n.Room), Nodes: d.Count())).ToList();
            var outside = why.Filtered.Where(f => f.Constraint == PlacementConstraint.Topology).Sum(f => f.Nodes);
            Assert.Contains(outside, domains.Where(d => d.Room == domains.Max(e => e.Room)).Select(d => domains.Sum(e => e.Nodes) - d.Nodes).DefaultIfEmpty(0));
        }

        /// <summary>Whole-node gangs take the fewest racks there are, unless another wish comes first.</summary>
        private void CheckRacks(GangRequest request, GangPlacement placement, int fewest)
        {
            if (request.Roles.Length > 1 || request.Roles[0].Shape.GpuModels.Length > 1) return;
            if (fewest > 1 && request.Topology.Required == TopologyLevel.None && request.Topology.Preferred != TopologyLevel.None) return;
            Assert.Equal(fewest, placement.Racks.Length);
        }

        private void Release()
        {
            if (twin.Live.Count == 0) return;
            var attempt = twin.Live.ElementAt(random.Next(twin.Live.Count));
            var (placement, roles) = twin.Release(attempt);
            index.Release(placement, roles);
            if (random.Next(4) > 0) return;
            // Trial and undo: as if nothing had happened.
            var before = index.Totals;
            index.Take(placement, roles);
            index.Release(placement, roles);
            Assert.Equal(before, index.Totals);
        }

        private void Cordon()
        {
            var (spec, nodes) = twin.Racks.Values.ElementAt(random.Next(twin.Racks.Count));
            foreach (var node in nodes) node.Schedulable = random.Next(4) > 0;
            index.SetSchedulable(spec.Rack, twin.View(spec.Rack.Value).Schedulable);
        }

        private void SetSomeRackAgain()
        {
            var name = twin.Racks.Keys.ElementAt(random.Next(twin.Racks.Count));
            var before = index.Totals;
            index.SetRack(twin.View(name));
            Assert.Equal(before, index.Totals);
        }

        /// <summary>A rack goes and comes back.</summary>
        private void Shuffle()
        {
            var name = twin.Racks.Keys.ElementAt(random.Next(twin.Racks.Count));
            index.RemoveRack(new RackId(name));
            if (random.Next(2) == 0) _ = index.CouldFitNow(make.Request());
            index.SetRack(twin.View(name));
        }

        /// <summary>An unused rack gets other nodes.</summary>
        private void Replace()
        {
            var name = twin.Racks.Keys.ElementAt(random.Next(twin.Racks.Count));
            if (twin.View(name).Allocations.Length > 0) return;
            twin.Add(make.Rack(twin.Racks[name].Spec.Block, name["pool/".Length..], random.Next(1, 9)));
            index.SetRack(twin.View(name));
        }

        /// <summary>An index built from the ledgers alone answers as the one that lived through it all.</summary>
        private void SameAsFresh()
        {
            var fresh = new PlacementIndex();
            foreach (var name in twin.Racks.Keys.Reverse()) fresh.SetRack(twin.View(name));
            Assert.Equal(index.Totals, fresh.Totals);
            Assert.Equal(index.Racks, fresh.Racks);
            for (var i = 0; i < 5; i++)
            {
                var request = make.Request(2);
                Assert.Equal(Text(fresh.TryPlace(request with { }), fresh, request), Text(index.TryPlace(request), index, request));
            }

            Assert.Equal(twin.Totals, index.Totals);
        }

        private static string Text(PlacementAnswer answer, PlacementIndex index, GangRequest request)
        {
            if (answer is not PlacementAnswer.Placed placed) return answer switch { PlacementAnswer.NoRoom n => n.Why.Message, PlacementAnswer.Never n => n.Why.Message, _ => "" };
            index.Release(placed.Placement, request.Roles);
            return string.Join(' ', placed.Placement.Racks.Select(r => $"{r.Rack}:{string.Join(',', r.Workers)}"));
        }
    }
}
