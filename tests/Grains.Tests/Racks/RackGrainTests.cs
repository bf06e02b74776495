using Grains.Racks;
using Orleans.Storage;
using Scheduling.Model;
using static Grains.Tests.Racks.RackFixture;

namespace Grains.Tests.Racks;

/// <summary>The rack grain: what it answered is durable, and what it was told twice or late does no harm.</summary>
public sealed class RackGrainTests
{
    [Fact]
    public void Each_hold_of_a_batch_is_granted_or_refused_by_itself_and_a_refusal_brings_the_fresh_ledger()
    {
        using var f = new RackFixture();

        var answer = f.Hold(1, Request("a", 1, 0), Request("b", 2, 0), Request("c", 3, 1));

        Assert.False(answer.Fenced);
        Assert.Equal([true, false, true], answer.Refusals.Select(r => r is null));
        Assert.Equal(["a", "c"], answer.Fresh!.Allocations.Select(x => x.Attempt.Job.Value));
        Assert.Equal(["n0", "", "n1"], answer.Nodes.Select(n => string.Join(' ', n)));
        Assert.Null(f.Hold(1, Request("d", 4, 2)).Fresh);
    }

    [Fact]
    public void What_was_granted_committed_or_released_is_so_after_a_crash()
    {
        using var f = new RackFixture();
        f.Hold(3, Request("a", 1, 0), Request("b", 2, 1), Request("c", 3, 2));
        f.Settle(3, [new PlanRef(Attempt("a"), 1)], [new PlanRef(Attempt("c"), 3)]);
        var before = Text(f.View);

        f.Host.Crash();

        Assert.Equal(before, Text(f.View));
        Assert.NotNull(f.Hold(3, Request("x", 4, 0)).Refusals[0]);
        Assert.NotNull(f.Hold(3, Request("c", 3, 2)).Refusals[0]); // Released: it may not come back.
        Assert.True(f.Hold(2, Request("y", 5, 3)).Fenced);
    }

    [Fact]
    public void A_batch_is_one_append_and_a_repeated_one_is_none()
    {
        using var f = new RackFixture();
        f.Hold(1, Request("a", 1, 0));
        var appends = f.Host.Journals.Appends;

        f.Hold(1, Request("b", 2, 1), Request("c", 3, 2), Request("d", 4, 3));
        Assert.Equal(appends + 1, f.Host.Journals.Appends);

        f.Settle(1, [new PlanRef(Attempt("b"), 2)]);
        f.Settle(1, [new PlanRef(Attempt("b"), 2)]);
        f.Hold(1, Request("b", 2, 1));
        Assert.Equal(appends + 2, f.Host.Journals.Appends);
    }

    [Fact]
    public void An_older_epoch_is_fenced_in_every_command_and_changes_nothing()
    {
        using var f = new RackFixture();
        f.Hold(5, Request("a", 1, 0));
        Assert.Equal(6, f.Host.Ask(() => f.Rack.Attach(6)).Epoch);
        var before = Text(f.View);

        Assert.True(f.Hold(5, Request("b", 2, 1)).Fenced);
        Assert.True(f.Settle(5, releases: [new PlanRef(Attempt("a"), 1)]).Fenced);
        Assert.Equal(6, f.Host.Ask(() => f.Rack.Attach(5)).Epoch);

        Assert.Equal(before, Text(f.View));
    }

    [Fact]
    public void A_commit_without_a_hold_is_reported_as_missing()
    {
        using var f = new RackFixture();
        f.Hold(1, Request("a", 1, 0));
        PlanRef lost = new(Attempt("b"), 2);

        var answer = f.Settle(1, [new PlanRef(Attempt("a"), 1), lost]);

        Assert.Equal([lost], answer.Missing);
        Assert.True(f.View.Allocations.Single().Committed);
        Assert.Equal(f.View.Version, answer.Version);
    }

    /// <summary>A storage that failed before it wrote: the caller hears so, and nothing of it is there.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hold_whose_append_failed_is_not_answered_and_the_ledger_is_read_back(bool isConflict)
    {
        using var f = new RackFixture();
        f.Hold(1, Request("a", 1, 0));
        f.Host.Journals.FailBefore = isConflict ? new InconsistentStateException("moved") : new IOException("disk");

        Assert.ThrowsAny<Exception>(() => f.Hold(1, Request("b", 2, 1)));

        Assert.Equal(["a"], f.View.Allocations.Select(a => a.Attempt.Job.Value));
        Assert.Null(f.Hold(1, Request("c", 3, 1)).Refusals[0]);
    }

    /// <summary>A storage that wrote and then failed: an unknown outcome. Asked again, the answer is the truth.</summary>
    [Fact]
    public void A_hold_whose_append_failed_after_it_was_written_is_there_and_asked_again_is_granted_once()
    {
        using var f = new RackFixture();
        f.Host.Journals.FailAfter = new IOException("lost the answer");
        Assert.ThrowsAny<Exception>(() => f.Hold(1, Request("a", 1, 0)));

        Assert.Null(f.Hold(1, Request("a", 1, 0)).Refusals[0]);
        Assert.Single(f.View.Allocations);
    }

    /// <summary>dotnet/orleans#9855: two activations of one grain. The one that was cut off cannot give anything away.</summary>
    [Fact]
    public void Of_two_activations_only_one_can_grant()
    {
        using var f = new RackFixture(seed: 3, silos: 3);
        f.Hold(1, Request("a", 1, 0));
        var old = f.Host.Cluster.SiloOf(f.Rack)!.Value;
        f.Host.Cluster.Partition(old);
        f.Host.Wait(5); // The others have given it up.

        var other = f.Host.Cluster.SiloClient((old + 1) % 3).GetGrain<IRackGrain>(Key);
        var granted = f.Host.Ask(() => other.Hold(new HoldBatch { Epoch = 2, Holds = [Request("b", 2, 1)] }));
        Assert.Null(granted.Refusals[0]);

        var cutOff = f.Host.Cluster.SiloClient(old).GetGrain<IRackGrain>(Key);
        Assert.ThrowsAny<Exception>(() => f.Host.Ask(() => cutOff.Hold(new HoldBatch { Epoch = 1, Holds = [Request("c", 3, 1)] })));
        Assert.Equal(["a", "b"], f.Host.Ask(() => other.GetView())!.Allocations.Select(x => x.Attempt.Job.Value));
    }

    [Fact]
    public void A_long_life_is_kept_short_by_snapshots_and_comes_back_the_same()
    {
        using var f = new RackFixture();
        for (var i = 1; i <= 400; i++)
        {
            PlanRef plan = new(Attempt($"j{i}"), i);
            Assert.Null(f.Hold(1, Request($"j{i}", i, i % 4)).Refusals[0]);
            f.Settle(1, [plan], i > 397 ? [] : [plan]);
        }

        var before = Text(f.View);
        Assert.True(f.Host.Journals.Snapshots > 0);
        f.Host.Crash();
        Assert.Equal(before, Text(f.View));
    }

    [Fact]
    public void A_rack_that_was_never_offered_shows_nothing_and_can_be_attached()
    {
        using var f = new RackFixture();
        var unknown = f.Host.Grain<IRackGrain>("pool/unknown");

        Assert.Null(f.Host.Ask(() => unknown.GetView()));
        Assert.Empty(f.Host.Ask(() => unknown.Attach(1)).Spec.Nodes);
        Assert.Null(f.Host.Ask(() => unknown.GetView()));
    }

    [Fact]
    public void More_than_64_nodes_are_refused_with_a_clear_error()
    {
        using var f = new RackFixture();
        var error = Assert.Throws<ArgumentException>(() => f.Host.Ask(() => f.Rack.Offer(Offer(65))));
        Assert.Contains("at most 64", error.Message);
    }
}
