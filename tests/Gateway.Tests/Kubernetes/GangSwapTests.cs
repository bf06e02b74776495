using System.Collections.Immutable;
using System.Globalization;
using Gateway.Kubernetes;
using Gateway.Tests.Hollow;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes;

/// <summary>Members that are lost with their node, in a gang that has failed members started again: what comes next, state by state.</summary>
public sealed class GangSwapTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly KubernetesOptions Options = new();
    private static readonly GangRun Fresh = new() { Epoch = 5 };
    private static readonly PodView[] Whole = [Running(0), Running(1), Running(2)];
    private static readonly string All = PodNames.Binding(["uid-0", "uid-1", "uid-2"]);
    private static readonly string WithoutOne = PodNames.Binding(["uid-0", "", "uid-2"]);

    /// <summary>Rank 1 was given up, and the racks said where all belong.</summary>
    private static GangRun Given(params string[] nodes) => Fresh with
    {
        Confirmed = WithoutOne,
        Vacant = [1],
        Bound = [.. Whole],
        Planned = nodes.Select((n, rank) => KeyValuePair.Create(rank, new NodeId(n))).ToImmutableDictionary(),
    };

    [Fact]
    public void A_member_on_a_lost_node_is_given_up_in_writing_stopped_waited_for_moved_made_again_and_bound_while_the_others_run_on()
    {
        // 1. The job agrees to do without it.
        var confirm = Step<GangStep.Confirm>(Fresh, Whole, lost: "n1");
        Assert.Equal((WithoutOne, All, "worker 1 on n1 was lost with its node"), (confirm.Binding, confirm.Replaces, confirm.Failure));
        Assert.Equal([1], confirm.Vacant);

        // 2. What may still run there is stopped, and waited for.
        var given = Fresh with { Confirmed = WithoutOne, Vacant = [1], Bound = [.. Whole] };
        Assert.Equal(1, Assert.Single(Step<GangStep.Delete>(given, Whole, lost: "n1").Pods).Rank);
        Assert.IsType<GangStep.Wait>(Next(given, [Running(0), Running(1) with { IsLeaving = true }, Running(2)], lost: "n1"));

        // 3. It is gone: another node takes over.
        PodView[] rest = [Running(0), Running(2)];
        Assert.IsType<GangStep.Plan>(Next(given, rest, lost: "n1"));
        Assert.Equal(new NodeId("n1"), Step<GangStep.Leave>(Given("n0", "n1", "n2"), rest, lost: "n1").Node);

        // 4. Another is made there, and the job takes it for the one that it gave up.
        Assert.Equal([new(1, 1)], Step<GangStep.Create>(Given("n0", "n7", "n2"), rest, lost: "n1").Members);
        PodView[] refilled = [.. rest, On(Again(1, 1), "n7")];
        confirm = Step<GangStep.Confirm>(Given("n0", "n7", "n2"), refilled);
        Assert.Equal((PodNames.Binding(["uid-0", "uid-1-1", "uid-2"]), WithoutOne, "worker 1 runs on n7 now"), (confirm.Binding, confirm.Replaces, confirm.Failure));
        Assert.Empty(confirm.Vacant);
        Assert.Equal(1, Assert.Single(Step<GangStep.Bind>(Given("n0", "n7", "n2") with { Confirmed = confirm.Binding, Vacant = [] }, refilled).Pods).Rank);
    }

    [Fact]
    public void A_process_that_knows_nothing_of_it_goes_on_from_any_step()
    {
        // It was given up and deleted, and is gone: what is asked for is what the job has agreed to, if it has.
        PodView[] rest = [Running(0), Running(2)];
        Assert.Equal(WithoutOne, Step<GangStep.Confirm>(Fresh, rest).Binding);

        // Where the racks say it belongs is where it is made: the lost node, if nobody took over, is no longer that.
        // Which number the one before had nobody knows; the job's version is higher than any.
        var given = Fresh with { Vacant = [1], JobVersion = 9, Planned = Given("n0", "n7", "n2").Planned };
        Assert.Equal([new(1, 9)], Step<GangStep.Create>(given, rest).Members);

        // Another was made: it comes in place of one that was given up, whether that one can still be seen or not.
        PodView[] refilled = [.. rest, On(Again(1, 1), "n7")];
        Assert.Equal(WithoutOne, Step<GangStep.Confirm>(Fresh, refilled).Replaces);
        PodView[] seen = [.. rest, Failed(1) with { FailureClass = FailureClass.Hardware }, On(Again(1, 1), "n7")];
        Assert.Equal(WithoutOne, Step<GangStep.Confirm>(Fresh, seen).Replaces);
    }

    [Fact]
    public void What_failed_with_its_hardware_or_was_taken_away_is_replaced_too_and_named_from_memory_when_it_is_gone()
    {
        PodView[] failed = [Running(0), Failed(1) with { FailureClass = FailureClass.Hardware }, Running(2)];
        Assert.Equal((WithoutOne, All), (Step<GangStep.Confirm>(Fresh, failed).Binding, Step<GangStep.Confirm>(Fresh, failed).Replaces));
        Assert.Equal(new NodeId("n1"), Step<GangStep.Leave>(Given("n0", "n1", "n2"), failed).Node);

        var deleted = Step<GangStep.Confirm>(Fresh, [Running(0), Running(1) with { IsLeaving = true }, Running(2)]);
        Assert.Equal((WithoutOne, All, "worker 1 on n1 was deleted by somebody else"), (deleted.Binding, deleted.Replaces, deleted.Failure));

        var gone = Step<GangStep.Confirm>(Fresh with { Bound = [.. Whole] }, [Running(0), Running(2)]);
        Assert.Equal((WithoutOne, All), (gone.Binding, gone.Replaces));
    }

    [Fact]
    public void A_node_is_left_only_when_nothing_of_the_gang_lives_on_it_and_one_that_only_lost_a_pod_is_not_left()
    {
        PodView[] both = [On(Running(0), "n1"), Running(1), Running(2)];
        var run = Given("n1", "n1", "n2") with { Vacant = [0, 1], Bound = [.. both] };
        Assert.IsType<GangStep.Wait>(Next(run, [On(Running(0), "n1") with { IsLeaving = true }, Running(2)], lost: "n1"));
        Assert.IsType<GangStep.Leave>(Next(run, [Running(2)], lost: "n1"));

        // Another member runs well on it: the one that was evicted comes back where it was.
        PodView[] one = [On(Running(0), "n1"), Failed(1) with { FailureClass = FailureClass.Hardware }, Running(2)];
        Assert.Equal([new(1, 1)], Step<GangStep.Create>(Given("n1", "n1", "n2") with { Bound = [.. both] }, one).Members);
    }

    [Fact]
    public void Without_another_node_or_the_jobs_consent_the_gang_is_started_again_as_a_whole()
    {
        PodView[] failed = [Running(0), Failed(1) with { FailureClass = FailureClass.Hardware }, Running(2)];
        var report = Step<GangStep.Tell>(Given("n0", "n1", "n2") with { Broken = "no other node has room" }, failed).Report;
        Assert.Equal(("worker 1 on n1: exit 1; no other node has room", FailureClass.Hardware, false), (report.Failure, report.FailureClass, report.Gone));
    }

    [Fact]
    public void Where_all_are_started_again_together_or_have_to_go_soon_nobody_is_replaced()
    {
        Assert.IsType<GangStep.Tell>(Next(Fresh, [Running(0), Running(2)], restarts: false));
        Assert.IsType<GangStep.Tell>(Next(Fresh, Whole, restarts: false, lost: "n1"));
        Assert.IsNotType<GangStep.Confirm>(Next(Fresh, Whole, lost: "n1", wish: AssignmentWish.Checkpoint));
        Assert.Equal(3, Step<GangStep.Delete>(Fresh, Whole, lost: "n1", wish: AssignmentWish.Stop).Pods.Length);
    }

    [Fact]
    public void Members_that_ended_well_stay_ended_wherever_they_were() =>
        Assert.IsType<GangStep.Wait>(Next(Fresh with { Confirmed = All }, [Running(0), Running(1) with { Phase = PodPhase.Succeeded }, Bound(2)], lost: "n1"));

    private static PodView Pod(int rank) => new()
    {
        Name = PodNames.Of(Make.Attempt("j", 2), rank),
        Uid = string.Create(CultureInfo.InvariantCulture, $"uid-{rank}"),
        Version = "1",
        Attempt = Make.Attempt("j", 2),
        Rank = rank,
        PlannedNode = new NodeId(string.Create(CultureInfo.InvariantCulture, $"n{rank}")),
        Epoch = 5,
    };

    private static PodView Again(int rank, int incarnation) =>
        Pod(rank) with { Name = PodNames.Of(Make.Attempt("j", 2), rank, incarnation), Uid = string.Create(CultureInfo.InvariantCulture, $"uid-{rank}-{incarnation}"), Incarnation = incarnation };

    private static PodView Bound(int rank) => Pod(rank) with { Node = Pod(rank).PlannedNode };

    private static PodView Running(int rank) => Bound(rank) with { Phase = PodPhase.Running };

    private static PodView Failed(int rank) => Bound(rank) with { Phase = PodPhase.Failed, Failure = "exit 1" };

    private static PodView On(PodView pod, string node) => pod with { PlannedNode = new NodeId(node), Node = pod.Node is null ? null : new NodeId(node) };

    private static T Step<T>(GangRun run, PodView[] pods, string? lost = null, AssignmentWish wish = AssignmentWish.Run) where T : GangStep =>
        Assert.IsType<T>(Next(run, pods, lost: lost, wish: wish));

    private static GangStep Next(GangRun run, PodView[] pods, bool restarts = true, string? lost = null, AssignmentWish wish = AssignmentWish.Run)
    {
        var assignment = Make.Assignment("j", wish: wish, workers: 3, attempt: 2) with { CheckpointBy = Now.AddMinutes(1), Leaving = lost is null ? [] : [new NodeId(lost)] };
        if (restarts)
        {
            assignment = assignment with { Spec = assignment.Spec with { Restart = new RestartRule { Scope = RestartScope.FailedMembers, Limit = 5 } } };
        }

        return GangScript.Next(run, GangPods.Of(assignment.Attempt, 3, pods), assignment, Options, Now);
    }
}
