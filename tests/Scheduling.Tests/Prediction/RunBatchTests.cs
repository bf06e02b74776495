using Scheduling.Prediction;

namespace Scheduling.Tests.Prediction;

public sealed class RunBatchTests
{
    private static readonly PredictorLimits Two = new() { BatchGap = 100, MaxBatches = 2 };

    private static RunFeatures Job(string user, string team = "team", int gpus = 1) => RunFeatures.Of(team, user, "", gpus);

    [Fact]
    public void A_batch_goes_by_the_second_of_its_first_job_which_is_never_nought()
    {
        var batches = new RunBatches(Two);
        Assert.Equal(1, batches.Arrived(Job("ann"), 0));
        Assert.Equal(1, batches.Arrived(Job("ann"), 100));
        Assert.Equal(1, batches.Arrived(Job("ann"), 200));
        Assert.Equal(301, batches.Arrived(Job("ann"), 301));
        Assert.Equal(301, batches.Arrived(Job("ann"), 401));
    }

    [Fact]
    public void Team_user_and_size_make_a_batch()
    {
        var batches = new RunBatches(new PredictorLimits());
        var jobs = new[] { Job("ann"), Job("bob"), Job("ann", "other"), Job("ann", gpus: 2) };
        Assert.Equal([10L, 11, 12, 13], jobs.Select((job, i) => batches.Arrived(job, 10 + i)));
        Assert.Equal([10L, 11, 12, 13], jobs.Select((job, i) => batches.Arrived(job, 20 + i)));
    }

    [Fact]
    public void Of_too_many_the_one_that_was_quiet_for_longest_is_forgotten()
    {
        var batches = new RunBatches(Two);
        batches.Arrived(Job("ann"), 10);
        batches.Arrived(Job("bob"), 11);
        batches.Arrived(Job("ann"), 12);
        batches.Arrived(Job("cid"), 13);
        Assert.Equal(["ann", "cid"], batches.Snapshot().Batches.Select(b => b.User));
        Assert.Equal(10, batches.Arrived(Job("ann"), 14));
        Assert.Equal(15, batches.Arrived(Job("bob"), 15));
        Assert.Equal(["ann", "bob"], batches.Snapshot().Batches.Select(b => b.User));
    }

    [Fact]
    public void They_are_stored_in_the_order_in_which_they_became_quiet_then_by_name_and_size()
    {
        var batches = new RunBatches(new PredictorLimits());
        foreach (var job in new[] { Job("bob", "b"), Job("bob", "a", 2), Job("bob", "a", 1), Job("ann", "b") })
            batches.Arrived(job, 50);
        batches.Arrived(Job("zoe", "z"), 40);
        batches.Arrived(Job("cid", "a"), 30);
        batches.Arrived(Job("cid", "a"), 60);
        Assert.Equal(["z zoe 1", "a bob 1", "a bob 2", "b ann 1", "b bob 1", "a cid 1"], batches.Snapshot().Batches.Select(b => $"{b.Team} {b.User} {b.Gpus}"));
        Assert.Equal(batches.Snapshot().Batches, RunBatches.Restore(batches.Snapshot(), new PredictorLimits()).Snapshot().Batches);
    }

    [Fact]
    public void Restored_they_forget_the_same_ones()
    {
        var batches = new RunBatches(Two);
        batches.Arrived(Job("ann"), 10);
        batches.Arrived(Job("bob"), 11);
        batches.Arrived(Job("ann"), 12);
        batches = RunBatches.Restore(batches.Snapshot(), Two);
        batches.Arrived(Job("cid"), 13);
        Assert.Equal(["ann", "cid"], batches.Snapshot().Batches.Select(b => b.User));
    }

    [Fact]
    public void Restored_a_batch_goes_on_from_its_last_job()
    {
        var batches = new RunBatches(Two);
        batches.Arrived(Job("ann"), 10);
        batches.Arrived(Job("ann"), 110);
        Assert.Equal(10, RunBatches.Restore(batches.Snapshot(), Two).Arrived(Job("ann"), 210));
        Assert.Equal(211, RunBatches.Restore(batches.Snapshot(), Two).Arrived(Job("ann"), 211));
    }
}
