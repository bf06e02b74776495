using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement.Policies;

public sealed class PolicyTwinTests
{
    public static TheoryData<string> Names => [.. ScoringPolicies.ByName.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Rates_random_nodes_as_the_plain_rules_do(string name)
    {
        var random = new Random(7);
        var policy = ScoringPolicies.ByName[name];
        var pods = Enumerable.Range(0, 40).Select(_ => RandomStates.Pod(random)).ToArray();
        var plain = Weights(pods);
        var demand = Demand.Of(pods.Select(p => (p, 1L)), part: 1);
        var (rated, rounded) = (0, 0);
        for (var i = 0; i < Ops.Of(4000); i++)
        {
            var node = RandomStates.Node(random);
            var pod = RandomStates.Pod(random);
            var free = RandomStates.Free(node);
            var fits = PlainPolicies.Fits(node, pod);
            Assert.Equal(fits, NodeFit.Fits(free, pod));
            if (!fits) continue;
            var (score, gpu) = PlainPolicies.Rate(name, node, pod, plain);
            var rating = policy.Rate(free, pod, demand);
            Assert.True(Math.Abs(score - rating.Score) <= Tolerance(name), $"{name}: {rating.Score}, plain {score}: {node} {string.Join(' ', node.Left)} {pod}");
            rated++;
            if (score != rating.Score) rounded++;
            else Assert.Equal(gpu, rating.Gpu);
        }

        Assert.InRange(rated, Ops.Of(4000) / 8, Ops.Of(4000));
        // Other than in floats, whole scores differ only where the value before rounding down is next to a whole number.
        if (name != "Foresight") Assert.InRange(rounded, 0, rated / 50);
    }

    [Fact]
    public void Has_the_five_published_policies_and_ours_under_their_names_in_any_case()
    {
        Assert.Equal(["BestFit", "DotProd", "FGD", "Foresight", "GpuClustering", "GpuPacking"], ScoringPolicies.ByName.Keys.Order(StringComparer.Ordinal));
        Assert.Same(ScoringPolicies.Foresight, ScoringPolicies.ByName["foresight"]);
        Assert.All(ScoringPolicies.ByName, p => Assert.Equal(p.Key, p.Value.Name));
    }

    [Fact]
    public void A_pool_may_be_told_any_of_them_or_to_go_by_level_and_an_unknown_name_lists_them()
    {
        Assert.Null(ScoringPolicies.Choose("bylevel"));
        Assert.Same(ScoringPolicies.ByName["FGD"], ScoringPolicies.Choose("fgd"));
        Assert.All(ScoringPolicies.Names, n => Assert.Equal(n, ScoringPolicies.Choose(n)?.Name ?? ScoringPolicies.ByLevel));
        Assert.Contains(string.Join(", ", ScoringPolicies.Names), Assert.Throws<ArgumentException>(() => ScoringPolicies.Choose("NoSuch")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BestFit", 0, 0, 100)]
    [InlineData("BestFit", 128_000, 8, 0)]
    [InlineData("DotProd", 0, 0, 100)]
    [InlineData("GpuPacking", 64_000, 8, 25)]
    [InlineData("GpuPacking", 64_000, 1, 32)]
    [InlineData("GpuClustering", 64_000, 8, 25)]
    [InlineData("GpuClustering", 64_000, 2, 43)]
    public void Has_the_scale_of_the_rules_on_untouched_nodes(string name, int cpu, int gpus, double score)
    {
        var left = Enumerable.Repeat((short)1000, gpus).ToArray();
        var pod = new WorkerShape { CpuMilli = 0, MemoryMiB = 0, Gpus = gpus == 0 || name == "BestFit" ? 0 : 1 };
        Assert.Equal(score, ScoringPolicies.ByName[name].Rate(new NodeFree("T4", cpu, 1, left), pod, Demand.Unknown).Score);
    }

    [Fact]
    public void Fgd_finds_all_that_is_left_unusable_when_only_cpu_workers_are_expected()
    {
        var demand = Demand.Of([(new WorkerShape { CpuMilli = 1000, MemoryMiB = 0, Gpus = 0 }, 3)], 1);
        Assert.Equal(1500, FgdPolicy.Unusable(8000, ulong.MaxValue, [1000, 500, 0], demand));
    }

    [Fact]
    public void Foresight_leaves_the_rest_that_a_coming_fraction_fills()
    {
        var (big, small) = (Share(650), Share(350));
        var demand = Demand.Of([(big, 1), (small, 1)], 1);
        // 350 left after 650 can be filled; 310 left beside 690 used can not.
        var rating = ScoringPolicies.Foresight.Rate(new NodeFree("T4", 64_000, 100, [1000, 690, 350]), small, demand);
        Assert.Equal(2, rating.Gpu);
    }

    private static WorkerShape Share(int milli) => new() { CpuMilli = 1000, MemoryMiB = 1, Gpus = 1, GpuMilli = milli };

    private static double Tolerance(string name) => name switch
    {
        // Waste is kept in single precision.
        "Foresight" => 0.2,
        "BestFit" or "DotProd" or "FGD" => 1,
        _ => 0,
    };

    private static List<(WorkerShape, double)> Weights(WorkerShape[] pods) => [.. pods.Select(p => (p, 1.0 / pods.Length))];
}
