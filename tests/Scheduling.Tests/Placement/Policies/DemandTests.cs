using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement.Policies;

public sealed class DemandTests
{
    [Fact]
    public void Keeps_the_commonest_classes_until_they_make_up_the_part()
    {
        var demand = Demand.Of([(Pod(1000, 500), 60), (Pod(2000, 500), 30), (Pod(3000, 500), 5), (Pod(4000, 500), 5)], 0.95);
        Assert.Equal([1000, 2000, 4000], demand.Classes.ToArray().Select(c => c.CpuMilli));
        Assert.Equal(1, demand.Classes.ToArray().Sum(c => c.Weight), 12);
    }

    [Fact]
    public void A_class_knows_no_memory()
    {
        var demand = Demand.Of([(Pod(1000, 500) with { MemoryMiB = 1 }, 1), (Pod(1000, 500) with { MemoryMiB = 2 }, 1)], 1);
        Assert.Equal(1, demand.Classes.Length);
    }

    [Fact]
    public void All_of_a_gpu_is_used_when_every_fraction_comes_and_none_when_nothing_is_known()
    {
        var demand = Demand.Of([(Pod(1, 500), 1), (Pod(1, 1000), 1)], 1);
        Assert.Equal(0, demand.WasteOf(1000), 3);
        Assert.Equal(0, demand.WasteOf(500), 3);
        Assert.Equal(499, demand.WasteOf(499));
        Assert.Equal(200, demand.WasteOf(700), 3);
        Assert.Equal(700, Demand.Unknown.WasteOf(700));
    }

    [Fact]
    public void The_learner_looks_again_only_after_a_quarter_more_have_come()
    {
        var learner = new DemandLearner();
        for (var i = 0; i < 15; i++) learner.Saw(Pod(1000, 300));
        Assert.Same(Demand.Unknown, learner.Current);
        var changes = 0;
        for (var (i, last) = (15, learner.Current); i < 10_000; i++, last = learner.Current)
        {
            learner.Saw(Pod(1000 + i % 7, 300));
            if (!ReferenceEquals(last, learner.Current)) changes++;
        }

        Assert.InRange(changes, 20, 40);
        Assert.Equal(7, learner.Current.Classes.Length);
    }

    [Fact]
    public void The_learner_forgets_what_no_longer_comes_and_stays_bounded()
    {
        var learner = new DemandLearner();
        learner.Saw(Pod(1, 300), 1000);
        for (var i = 0; i < 30; i++) learner.Saw(Pod(2, 300), DemandLearner.Memory / 2);
        Assert.Equal([2], learner.Current.Classes.ToArray().Select(c => c.CpuMilli));
        for (var i = 0; i < 3 * DemandLearner.MostShapes; i++) learner.Saw(Pod(i, 300));
        Assert.InRange(learner.Current.Classes.Length, 1, DemandLearner.MostShapes);
    }

    private static WorkerShape Pod(int cpu, int milli) => new() { CpuMilli = cpu, MemoryMiB = 1, Gpus = 1, GpuMilli = milli };
}
