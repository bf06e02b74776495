using System.Collections.Immutable;
using Gateway.Kubernetes;
using Gateway.Kubernetes.Nodes;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>A node stays in its rack while it lives, whoever comes and goes and whichever process decides.</summary>
public sealed class RackBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly NodeMappingOptions Options = new() { RackSize = 4 };
    private static readonly NodeMapper Mapper = new(Options);

    private readonly RackBook _book = new(Options);

    [Fact]
    public void A_rack_that_is_too_large_is_split_in_name_order()
    {
        var seating = Assign(Named("big", 130));
        Assert.Equal(["main/big", "main/big-r02", "main/big-r03"], Racks(seating));
        Assert.Equal("main/big", seating.RackOf[new NodeId("n063")].Value);
        Assert.Equal("main/big-r02", seating.RackOf[new NodeId("n064")].Value);
    }

    [Fact]
    public void Nodes_without_a_rack_are_put_with_their_kind_in_racks_of_the_configured_size()
    {
        var seating = Assign([.. Enumerable.Range(0, 6).Select(i => Map(NodesToTest.Node($"n{i}", ("topology.kubernetes.io/zone", "z1"), (KubernetesKeys.GpuModel, "A100-80GB"))))]);
        Assert.Equal(["main/z1-a100-80gb-r01", "main/z1-a100-80gb-r02"], Racks(seating));
    }

    [Fact]
    public void Who_lives_stays_and_who_is_new_takes_the_place_of_who_has_been_gone_for_a_while()
    {
        var first = Assign(Named("big", 100));
        var left = Named("big", 100).Where(m => m.Node.Name.Value is not ("n003" or "n070")).ToList();
        var second = Assign([.. left, Map(NodesToTest.Node("a-new", (KubernetesKeys.Rack, "big")))]);

        Assert.All(left, m => Assert.Equal(first.RackOf[m.Node.Name], second.RackOf[m.Node.Name]));
        Assert.Equal("main/big-r02", second.RackOf[new NodeId("a-new")].Value);
        var later = _book.Assign([.. left, Map(NodesToTest.Node("z-new", (KubernetesKeys.Rack, "big")))], _ => false, Noon.AddMinutes(11));
        Assert.Equal("main/big", later.RackOf[new NodeId("z-new")].Value);
        Assert.Equal([new NodeId("a-new")], second.Arrived);
    }

    [Fact]
    public void Another_process_finds_everybody_where_they_are()
    {
        var first = Assign([.. Named("big", 100).Skip(40)]);
        var other = new RackBook(Options);
        other.Remember(first.RackOf.GroupBy(r => r.Value).Select(g => new RackSpec { Rack = g.Key, Block = "b", Nodes = [NodeSpec.Vacant, .. g.Select(n => NodeSpec.Vacant with { Name = n.Key })] }));
        var second = other.Assign(Named("big", 100), _ => false, Noon);

        Assert.All(first.RackOf, seat => Assert.Equal(seat.Value, second.RackOf[seat.Key]));
        Assert.Equal(40, second.Arrived.Count);
    }

    [Fact]
    public void A_node_whose_label_changes_moves_only_when_nothing_can_run_on_it()
    {
        Assign(Named("a", 2));
        var moved = Map(NodesToTest.Node("n000", (KubernetesKeys.Rack, "b")));
        var stays = _book.Assign([moved], _ => false, Noon);
        Assert.Equal("main/a", stays.RackOf[new NodeId("n000")].Value);
        Assert.Contains("main/a until it is drained", stays.Misplaced[new NodeId("n000")]);

        var goes = _book.Assign([moved], _ => true, Noon);
        Assert.Equal("main/b", goes.RackOf[new NodeId("n000")].Value);
        Assert.Equal([new NodeId("n000")], goes.Arrived);
        Assert.Empty(goes.Misplaced);
    }

    [Fact]
    public void A_node_that_comes_back_soon_comes_back_to_its_rack_and_later_anywhere()
    {
        Assign(Named("a", 1));
        _book.Assign([], _ => false, Noon);
        var other = Map(NodesToTest.Node("n000", (KubernetesKeys.Rack, "b")));
        Assert.Equal("main/a", _book.Assign([other], _ => false, Noon.AddMinutes(9)).RackOf[new NodeId("n000")].Value);

        _book.Assign([], _ => false, Noon.AddHours(2));
        Assert.Equal("main/b", _book.Assign([other], _ => false, Noon.AddHours(2).AddMinutes(11)).RackOf[new NodeId("n000")].Value);
    }

    [Fact]
    public void Nobody_moves_because_nothing_happened_for_long()
    {
        var first = Assign(Named("big", 100));
        var second = _book.Assign(Named("big", 101), _ => false, Noon.AddDays(3));
        Assert.All(first.RackOf, seat => Assert.Equal(seat.Value, second.RackOf[seat.Key]));
        Assert.Equal([new NodeId("n100")], second.Arrived);
    }

    [Fact]
    public void A_pool_that_has_lost_its_last_node_is_told_of()
    {
        Assign(Named("a", 1));
        Assert.Equal([new PoolId("main")], _book.Assign([], _ => false, Noon).EmptyPools);
    }

    [Fact]
    public void Whoever_comes_and_goes_no_rack_is_too_large_and_nobody_moves()
    {
        var random = new Random(7);
        var alive = new Dictionary<string, NodeMap>();
        var seats = new Dictionary<NodeId, RackId>();
        for (var step = 0; step < 400; step++)
        {
            for (var i = random.Next(12); i > 0; i--)
            {
                var name = $"n{random.Next(300):000}";
                if (!alive.Remove(name))
                {
                    alive[name] = Map(NodesToTest.Node(name, (random.Next(3) == 0 ? "other" : KubernetesKeys.Rack, random.Next(2) == 0 ? "x" : "y")));
                }
            }

            var seating = _book.Assign(alive.Values, _ => false, Noon.AddMinutes(step));
            Assert.All(seating.RackOf.GroupBy(r => r.Value), g => Assert.InRange(g.Count(), 1, 64));
            Assert.All(seating.RackOf.Where(r => seats.ContainsKey(r.Key)), r => Assert.Equal(seats[r.Key], r.Value));
            seats = seating.RackOf.ToDictionary();
        }
    }

    private RackSeating Assign(IReadOnlyCollection<NodeMap> nodes) => _book.Assign(nodes, _ => false, Noon);

    private static NodeMap Map(NodeObject node) => Mapper.Map(node);

    private static List<NodeMap> Named(string rack, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Map(NodesToTest.Node($"n{i:000}", (KubernetesKeys.Rack, rack))))];

    private static ImmutableArray<string> Racks(RackSeating seating) => [.. seating.RackOf.Values.Select(r => r.Value).Distinct().Order(StringComparer.Ordinal)];
}
