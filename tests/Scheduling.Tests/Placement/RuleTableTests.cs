using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Each rule on a pool that one can draw.</summary>
public sealed class RuleTableTests
{
    private static readonly TenantId Acme = new("acme");

    [Theory]
    [InlineData(8, 18, 128, 1, "16 16 16 16 16 16 16 16")]
    [InlineData(8, 18, 128, 16, "16 16 16 16 16 16 16 16")]
    [InlineData(8, 18, 130, 1, "17 17 16 16 16 16 16 16")]
    [InlineData(8, 18, 36, 1, "18 18")]
    [InlineData(8, 18, 37, 1, "13 12 12")]
    [InlineData(3, 18, 54, 9, "18 18 18")]
    [InlineData(4, 16, 48, 12, "12 12 12 12")]
    [InlineData(9, 18, 128, 1, "16 16 16 16 16 16 16 16")]
    public void Marin_7753_slices_are_balanced_over_the_fewest_racks(int racks, int nodes, int count, int size, string expected)
    {
        var index = TextPool.Parse(string.Join('\n', Enumerable.Range(0, racks).Select(r => $"b{r / 4}/r{r:D2} {Repeat("8", nodes)}")));
        var placed = Placed(index, Sliced(count, size, TopologyLevel.Rack));
        Assert.Equal(expected, string.Join(' ', placed.Racks.Select(r => r.Workers.Length).OrderDescending()));
    }

    [Fact]
    public void Slices_of_one_node_each_fill_no_node_unevenly()
    {
        var index = TextPool.Parse("a/r0 8 8 4\na/r1 6 2 8");
        Assert.Equal("r0:0x8,1x8", TextPool.Show(index.TryPlace(Sliced(16, 4, TopologyLevel.Node, gpus: 1))));
    }

    [Fact]
    public void A_preference_is_given_up_level_by_level()
    {
        var index = new PlacementIndex();
        foreach (var view in TextPool.Views("a/r0 4 8 8 8\na/r1 8 8 8 8\nb/r2 8 8 8 8 8 8")) index.SetRack(view with { Spec = Split(view.Spec, 2) });
        var shape = TextPool.Shape(4);
        Assert.Equal("r0:1x2", TextPool.Show(index.TryPlace(TextPool.Gang(2, shape, preferred: TopologyLevel.Node))));
        // No node takes three: an NVLink domain of two nodes does, though a rack has more room.
        Assert.Equal("r0:2x2,3", TextPool.Show(index.TryPlace(TextPool.Gang(3, shape, preferred: TopologyLevel.Node))));
        // No domain takes five: a rack.
        Assert.Equal("r1:0x2,1x2,2", TextPool.Show(index.TryPlace(TextPool.Gang(5, shape, preferred: TopologyLevel.Node))));
        // No rack takes 13, nor does any block: the pool.
        Assert.Equal("r0:0 r2:0x2,1x2,2x2,3x2,4x2,5x2", TextPool.Show(index.TryPlace(TextPool.Gang(13, shape, preferred: TopologyLevel.Node))));
    }

    [Fact]
    public void An_NVLink_domain_that_is_required_is_never_left()
    {
        var index = new PlacementIndex();
        foreach (var view in TextPool.Views("a/r0 8 8 8 8 8 8")) index.SetRack(view with { Spec = Split(view.Spec, 2) });
        var pair = TextPool.Gang(2, TextPool.Shape(8), TopologyLevel.NvlinkDomain);
        Assert.Equal("r0:0,1", TextPool.Show(index.TryPlace(pair)));
        Assert.Equal("r0:2", TextPool.Show(index.TryPlace(TextPool.Gang(1, TextPool.Shape(8)))));
        Assert.Equal("r0:4,5", TextPool.Show(index.TryPlace(pair)));
        Assert.Equal("no room: 1 of 2 workers fit in one NVLink domain; of 6 nodes 5 have too few free GPUs", TextPool.Show(index.TryPlace(pair)));
        Assert.Equal("the largest NVLink domain has room for 2 of 3 workers of role worker", index.WhyNever(TextPool.Gang(3, TextPool.Shape(8), TopologyLevel.NvlinkDomain))!.Message);
    }

    [Fact]
    public void At_most_so_many_of_a_role_share_a_domain()
    {
        const string pool = "a/r0 8 8 8\na/r1 8 8\nb/r2 8 8";
        Assert.Equal("r0:0x2,1x2,2", TextPool.Show(TextPool.Parse(pool).TryPlace(Apart(5, TopologyLevel.Node, 2, TextPool.Shape(1) with { CpuMilli = 40_000 }))));
        Assert.Equal("r0:0 r1:0 r2:0", TextPool.Show(TextPool.Parse(pool).TryPlace(Apart(3, TopologyLevel.Rack, 1, TextPool.Shape(1)))));
        Assert.Equal("r0:0x3 r2:0x3", TextPool.Show(TextPool.Parse(pool).TryPlace(Apart(6, TopologyLevel.Block, 3, TextPool.Shape(1)))));
        Assert.Equal(ImpossibilityCause.TooFewDomains, TextPool.Parse(pool).WhyNever(Apart(4, TopologyLevel.Rack, 1, TextPool.Shape(1)))!.Cause);
    }

    [Fact]
    public void Replicas_of_a_service_take_the_emptiest_rack_first_and_that_outlives_a_rebuild()
    {
        const string pool = "a/r0 8 8\na/r1 8 8\nb/r2 8 8";
        var index = TextPool.Parse(pool);
        var request = TextPool.Gang(1, TextPool.Shape(1)) with { Spread = new SpreadGroup(new JobId("svc"), TopologyLevel.Rack, Required: false) };
        var placed = new List<RackSlice>();
        for (var i = 0; i < 6; i++)
        {
            var slice = Placed(index, request).Racks.Single();
            index.JoinSet(new JobId("svc"), slice);
            placed.Add(slice);
        }

        Assert.Equal([2, 2, 2], placed.CountBy(s => s.Rack).Select(c => c.Value));
        // Its rack's ledger comes anew; two replicas of r1 end: the next goes there.
        foreach (var slice in placed.Where(s => s.Rack.Value == "pool/r1")) index.LeaveSet(new JobId("svc"), slice);
        foreach (var view in TextPool.Views(pool)) index.SetRack(view);
        Assert.Equal("pool/r1", Placed(index, request).Racks.Single().Rack.Value);
    }

    [Fact]
    public void A_required_spread_waits_for_a_rack_without_another_of_its_set()
    {
        var index = TextPool.Parse("a/r0 8 8\na/r1 8 8");
        var request = TextPool.Gang(1, TextPool.Shape(1)) with { Spread = new SpreadGroup(new JobId("svc"), TopologyLevel.Rack, Required: true) };
        var first = Placed(index, request).Racks.Single();
        index.JoinSet(new JobId("svc"), first);
        index.JoinSet(new JobId("svc"), Placed(index, request).Racks.Single());
        Assert.Equal(
            "no room: 1 of 1 workers fit in the pool; of 4 nodes 4 have another job of its set in their domain; each rack takes one job of the set svc",
            TextPool.Show(index.TryPlace(request)));
        index.LeaveSet(new JobId("svc"), first);
        Assert.Equal(first.Rack, Placed(index, request).Racks.Single().Rack);
    }

    [Fact]
    public void A_dedicated_node_takes_its_tenants_and_nobody_else_whatever_they_tolerate()
    {
        var index = new PlacementIndex();
        var view = TextPool.Views("a/r0 8 8").Single();
        index.SetRack(view with { Spec = view.Spec with { Nodes = [.. view.Spec.Nodes.Select((n, i) => i == 0 ? n with { Tenants = [Acme] } : n)] } });
        var two = TextPool.Gang(2, TextPool.Shape(8));
        Assert.Equal("never", TextPool.Show(index.TryPlace(two))[..5]);
        Assert.Contains("1 are dedicated to other tenants", index.Diagnose(two with { Tenant = new TenantId("other") }).Message, StringComparison.Ordinal);
        Assert.Equal("r0:0,1", TextPool.Show(index.TryPlace(two with { Tenant = Acme })));
    }

    [Fact]
    public void A_worker_that_asks_for_whole_GPUs_never_lands_on_parts()
    {
        var index = new PlacementIndex();
        var view = TextPool.Views("a/r0 8 8").Single();
        index.SetRack(view with { Spec = view.Spec with { Nodes = [.. view.Spec.Nodes.Select((n, i) => i == 0 ? n with { Gpus = 56, GpuModel = "A100-80GB/1g.10gb" } : n)] } });
        Assert.Equal("r0:1", TextPool.Show(index.TryPlace(TextPool.Gang(1, TextPool.Shape(1)))));
        Assert.Equal(ImpossibilityCause.GpuModel, index.WhyNever(TextPool.Gang(1, TextPool.Shape(1) with { GpuModels = ["A100-80GB"] }))!.Cause);
        var slice = TextPool.Gang(56, TextPool.Shape(1) with { GpuModels = ["A100-80GB/1g.10gb"] });
        Assert.Equal("r0:0x56", TextPool.Show(index.TryPlace(slice)));
        Assert.False(index.CouldFitNow(slice));
        // A worker without GPUs may be anywhere.
        Assert.True(index.Fits(TextPool.Gang(1, TextPool.Shape(0, cpu: 90_000))));
    }

    [Fact]
    public void Sixteen_of_eighteen_are_given_and_a_node_that_fails_uses_up_a_spare_first()
    {
        var index = new PlacementIndex();
        var view = TextPool.Views($"a/r0 {Repeat("8", 18)}").Single();
        index.SetRack(view with { Spec = view.Spec with { Spares = 2 } });
        Assert.Equal((16, 2, 16), (index.Totals.SchedulableNodes, index.Totals.SpareNodes, index.Totals.SpareGpus));
        var seventeen = TextPool.Gang(17, TextPool.Shape(8));
        Assert.Equal("never", TextPool.Show(index.TryPlace(seventeen))[..5]);
        Assert.Contains("2 are held as spares", index.Diagnose(seventeen).Message, StringComparison.Ordinal);
        // One down: one spare is left, and sixteen nodes still.
        index.SetSchedulable(view.Spec.Rack, ~1UL);
        Assert.Equal((16, 1), (index.Totals.SchedulableNodes, index.Totals.SpareNodes));
        var gang = TextPool.Gang(16, TextPool.Shape(8));
        var placed = Placed(index, gang);
        var replacement = TextPool.Gang(1, TextPool.Shape(8));
        Assert.False(index.Fits(replacement));
        var swapped = Placed(index, replacement with { MayUseSpares = true });
        Assert.Equal(0, index.Totals.SpareNodes);
        index.Release(swapped, replacement.Roles);
        Assert.Equal(1, index.Totals.SpareNodes);
        index.Release(placed, gang.Roles);
        // Three down: no spare is left to hold.
        index.SetSchedulable(view.Spec.Rack, ~7UL);
        Assert.Equal((15, 0), (index.Totals.SchedulableNodes, index.Totals.SpareNodes));
    }

    [Fact]
    public void A_part_of_the_pool_is_searched_and_nothing_else()
    {
        var index = TextPool.Parse("a/r0 8 8\na/r1 8 8 8\nb/r2 8 8 8 8");
        var two = TextPool.Gang(2, TextPool.Shape(8));
        Assert.Equal("r2", Name(index.TryPlace(two, PlacementScope.InBlock("b"))));
        Assert.Equal("r1", Name(index.TryPlace(two, PlacementScope.OnRack(new RackId("pool/r1")))));
        Assert.False(index.Fits(two, PlacementScope.OnRack(new RackId("pool/r1"))));
        Assert.Equal("r2", Name(index.TryPlace(two, PlacementScope.Without([(new RackId("pool/r0"), 1)]))));
        Assert.Null(index.TryPlace(two, PlacementScope.OnNodes([(new RackId("pool/r0"), 2)])));
        Assert.Equal("r0", Name(index.TryPlace(two, PlacementScope.OnRacks([new RackId("pool/r0"), new RackId("pool/unknown")]))));

        static string? Name(GangPlacement? placement) => placement?.Racks.Single().Rack.Value["pool/".Length..];
    }

    [Fact]
    public void One_model_for_the_whole_gang_is_preferred_best_first_and_mixing_comes_last()
    {
        var index = new PlacementIndex();
        foreach (var view in TextPool.Views("a/r0 8 8 8\na/r1 8 8 8 8"))
            index.SetRack(view with { Spec = view.Spec with { Nodes = [.. view.Spec.Nodes.Select(n => n with { GpuModel = view.Spec.Rack.Value == "pool/r0" ? "H100" : "A100" })] } });
        var shape = TextPool.Shape(8) with { GpuModels = ["H100", "A100"] };
        Assert.Equal("r1:0,1,2,3", Undone(index, TextPool.Gang(4, shape)));
        Assert.Equal("r0:0,1,2", Undone(index, TextPool.Gang(3, shape)));
        Assert.Equal("r0:0 r1:0,1,2,3", Undone(index, TextPool.Gang(5, shape)));
        Assert.Equal("r1:0,1,2,3", Undone(index, Sliced(4, 2, TopologyLevel.Rack) with { Roles = [Sliced(4, 2, TopologyLevel.Rack).Roles[0] with { Shape = shape }] }));
    }

    [Fact]
    public void Node_affinity_rules_nodes_out_and_what_it_never_allows_says_so()
    {
        var shape = TextPool.Shape(8) with { NodeTerms = [Must("host", NodeOperator.In, "n1", "n2"), Must("fast", NodeOperator.Exists)] };
        var index = new PlacementIndex();
        var view = TextPool.Views("a/r0 8 8 8 8").Single();
        index.SetRack(view with { Spec = view.Spec with { Nodes = [.. view.Spec.Nodes.Select((n, i) => n with { Labels = [new Label(i == 3 ? "fast" : "host", $"n{i}")] })] } });

        Assert.Contains("1 are not what its node affinity allows", index.Diagnose(TextPool.Gang(4, shape)).Message, StringComparison.Ordinal);
        Assert.Equal("r0:1,2,3", TextPool.Show(index.TryPlace(TextPool.Gang(3, shape))));
        var never = index.WhyNever(TextPool.Gang(1, shape with { NodeTerms = [Must("host", NodeOperator.In, "n7")] }));
        Assert.Equal(new Impossibility(ImpossibilityCause.Label, "no node is what the node affinity allows: host In n7"), never);

        static NodeTerm Must(string key, NodeOperator how, params string[] values) =>
            new() { Requirements = [new NodeRequirement { Key = key, Operator = how, Values = [.. values] }] };
    }

    [Theory]
    [InlineData(ImpossibilityCause.GpuModel, "no node has GPU model B200")]
    [InlineData(ImpossibilityCause.Label, "no node carries label zone=1")]
    [InlineData(ImpossibilityCause.WorkerTooLarge, "one worker of role worker is larger than any node it may use")]
    [InlineData(ImpossibilityCause.SliceTooLarge, "a slice of 4 workers is larger than any rack: the largest has room for 3")]
    [InlineData(ImpossibilityCause.TooFewDomains, "with at most 1 of role worker in one rack, 2 of them take 2 of 3 workers")]
    [InlineData(ImpossibilityCause.DomainTooSmall, "the largest block has room for 3 of 4 workers of role worker")]
    [InlineData(ImpossibilityCause.PoolTooSmall, "the empty pool has room for 5 of 6 workers of role worker")]
    [InlineData(ImpossibilityCause.UnevenSlices, "5 workers of role worker are not a multiple of slices of 2")]
    [InlineData(ImpossibilityCause.Together, "each role would fit an empty pool, but not all of them together")]
    public void What_can_never_fit_says_which_rule_forbids_it(ImpossibilityCause cause, string message)
    {
        var whole = TextPool.Shape(8);
        var request = cause switch
        {
            ImpossibilityCause.GpuModel => TextPool.Gang(1, whole with { GpuModels = ["B200"] }),
            ImpossibilityCause.Label => TextPool.Gang(1, whole with { NodeSelector = [new Label("zone", "1")] }),
            ImpossibilityCause.WorkerTooLarge => TextPool.Gang(1, TextPool.Shape(9)),
            ImpossibilityCause.SliceTooLarge => Sliced(4, 4, TopologyLevel.Rack),
            ImpossibilityCause.TooFewDomains => Apart(3, TopologyLevel.Rack, 1, whole),
            ImpossibilityCause.DomainTooSmall => TextPool.Gang(4, whole, TopologyLevel.Block),
            ImpossibilityCause.PoolTooSmall => TextPool.Gang(6, whole),
            ImpossibilityCause.UnevenSlices => Sliced(5, 2, TopologyLevel.Rack),
            // Five workers of one role fill the pool: there is none left for the other.
            _ => TextPool.Gang(5, whole) with { Roles = [TextPool.Gang(5, whole).Roles[0], TextPool.Gang(1, whole).Roles[0]] },
        };
        var index = TextPool.Parse("a/r0 8 8\nb/r1 8 8 8");
        var before = index.Totals;
        Assert.Equal(new Impossibility(cause, message), index.WhyNever(request));
        Assert.Contains(message, Assert.IsType<PlacementAnswer.Never>(index.TryPlace(request)).Why.Message, StringComparison.Ordinal);
        Assert.Equal(before, index.Totals);
    }

    private static string Repeat(string word, int times) => string.Join(' ', Enumerable.Repeat(word, times));

    private static GangRequest Sliced(int count, int size, TopologyLevel level, int gpus = 8)
    {
        var gang = TextPool.Gang(count, TextPool.Shape(gpus));
        return gang with { Roles = [gang.Roles[0] with { Slices = new SliceRule { Size = size, Level = level } }] };
    }

    private static GangRequest Apart(int count, TopologyLevel level, int most, WorkerShape shape)
    {
        var gang = TextPool.Gang(count, shape);
        return gang with { Roles = [gang.Roles[0] with { AntiAffinity = new AntiAffinityRule { Level = level, MaxPerDomain = most } }] };
    }

    /// <summary>The same rack with its nodes in NVLink domains of so many.</summary>
    private static RackSpec Split(RackSpec spec, int size) => spec with { Nodes = [.. spec.Nodes.Select((n, i) => n with { Domain = $"d{i / size}" })] };

    private static GangPlacement Placed(PlacementIndex index, GangRequest request) => Assert.IsType<PlacementAnswer.Placed>(index.TryPlace(request)).Placement;

    private static string Undone(PlacementIndex index, GangRequest request)
    {
        var answer = index.TryPlace(request);
        if (answer is PlacementAnswer.Placed p) index.Release(p.Placement, request.Roles);
        return TextPool.Show(answer);
    }
}
