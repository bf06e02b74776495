using System.Globalization;
using Gateway.Kubernetes;
using Gateway.Tests.Hollow;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes;

/// <summary>What comes next about an attempt's pods, state by state.</summary>
public sealed class GangScriptTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly KubernetesOptions Options = new();
    private static readonly GangRun Fresh = new() { Epoch = 5 };

    [Fact]
    public void All_pods_are_made_before_any_is_bound()
    {
        Assert.Equal([new(0, 0), new(1, 0), new(2, 0)], Step<GangStep.Create>(Fresh, []).Members);
        Assert.Equal([new(1, 0)], Step<GangStep.Create>(Fresh, [Pod(0), Pod(2)]).Members);
    }

    [Fact]
    public void None_is_bound_before_the_job_agreed_to_these_very_pods()
    {
        PodView[] pods = [Pod(0), Pod(1), Pod(2)];
        var confirm = Step<GangStep.Confirm>(Fresh, pods);
        Assert.Equal(3, Step<GangStep.Bind>(Fresh with { Confirmed = confirm.Binding }, pods).Pods.Length);

        PodView[] again = [Pod(0), Pod(1) with { Uid = "another" }, Pod(2)];
        Assert.NotEqual(confirm.Binding, Step<GangStep.Confirm>(Fresh with { Confirmed = confirm.Binding }, again).Binding);
    }

    [Fact]
    public void A_gang_that_was_bound_in_part_is_bound_in_whole()
    {
        PodView[] pods = [Bound(0), Pod(1), Bound(2)];
        var confirmed = Fresh with { Confirmed = Step<GangStep.Confirm>(Fresh, pods).Binding };
        Assert.Equal(1, Assert.Single(Step<GangStep.Bind>(confirmed, pods).Pods).Rank);
    }

    [Fact]
    public void A_pod_that_is_missing_after_any_was_bound_is_lost_and_never_made_again()
    {
        var report = Step<GangStep.Tell>(Fresh, [Running(0), Running(2)]).Report;
        Assert.True(report is { Gone: false, FailureClass: FailureClass.Hardware, Failure: not null, Fence: 5 }, report.ToString());
        Assert.False(Step<GangStep.Tell>(Fresh with { Confirmed = "x" }, [Pod(0), Pod(2)]).Report.Gone);

        // None left at all: the machines went, not the job.
        Assert.True(Step<GangStep.Tell>(Fresh with { Confirmed = "x" }, []).Report is { Gone: true, Failure: null });
    }

    [Fact]
    public void Started_saved_and_ended_are_told_once_they_are_so_of_all()
    {
        Assert.IsType<GangStep.Wait>(Next(Fresh, [Running(0), Running(1), Bound(2)]));
        var started = Step<GangStep.Tell>(Fresh, [Running(0), Running(1), Running(2)]).Report;
        Assert.True(started is { AllStarted: true, AllSucceeded: false, Gone: false, CheckpointedAt: null });
        Assert.IsType<GangStep.Wait>(Next(Fresh with { Told = started, ToldAt = Now }, [Running(0), Running(1), Running(2)]));

        var saved = new[] { Running(0), Running(1), Running(2) }.Select((p, i) => p with { CheckpointedAt = Now.AddSeconds(i) }).ToArray();
        Assert.Equal(Now, Step<GangStep.Tell>(Fresh with { Told = started, ToldAt = Now }, saved).Report.CheckpointedAt);
        Assert.True(Step<GangStep.Tell>(Fresh, [Over(0), Over(1), Over(2)]).Report is { AllSucceeded: true, Gone: true, Failure: null });
    }

    [Fact]
    public void That_all_have_gone_is_told_again_as_long_as_it_is_asked()
    {
        PodView[] over = [Over(0), Over(1), Over(2)];
        var told = Fresh with { Told = Step<GangStep.Tell>(Fresh, over).Report, ToldAt = Now };
        Assert.Equal(Now + Options.TellAgainAfter, Assert.IsType<GangStep.Wait>(Next(told, over)).Until);
        Assert.IsType<GangStep.Tell>(Next(told with { ToldAt = Now - Options.TellAgainAfter }, over));
    }

    [Fact]
    public void A_failure_is_told_with_rank_node_and_class_and_the_rest_waits_for_the_wish_to_stop()
    {
        var failed = Running(1) with { Phase = PodPhase.Failed, Failure = "exit 137", FailureClass = FailureClass.OutOfMemory };
        var report = Step<GangStep.Tell>(Fresh, [Running(0), failed, Running(2)]).Report;
        Assert.True(report is { Gone: false, FailureClass: FailureClass.OutOfMemory, Failure: "worker 1 on n1: exit 137" }, report.ToString());
        Assert.True(Step<GangStep.Tell>(Fresh, [Over(0), failed, Over(2)]).Report.Gone);
    }

    [Fact]
    public void A_wish_to_stop_deletes_what_lives_keeps_what_ended_as_a_witness_and_says_gone_when_nothing_lives()
    {
        PodView[] pods = [Running(0), Over(1), Pod(2)];
        Assert.Equal([0, 2], Step<GangStep.Delete>(Fresh, pods, AssignmentWish.Stop).Pods.Select(p => p.Rank));
        Assert.IsType<GangStep.Wait>(Next(Fresh, [Running(0) with { IsLeaving = true }, Over(1)], AssignmentWish.Stop));
        Assert.True(Step<GangStep.Tell>(Fresh, [Over(1)], AssignmentWish.Stop).Report is { Gone: true, AllSucceeded: false });
    }

    [Fact]
    public void When_nobody_asks_any_more_everything_goes_and_nothing_is_told()
    {
        Assert.Equal([0, 1], Step<GangStep.Delete>(Fresh, [Over(0), Running(1)], AssignmentWish.Gone).Pods.Select(p => p.Rank));
        Assert.IsType<GangStep.Finished>(Next(Fresh, [], AssignmentWish.Gone));
    }

    [Fact]
    public void The_next_attempt_waits_until_the_one_before_is_gone_and_the_one_before_does_nothing_once_there_is_a_next()
    {
        var before = Running(0) with { Attempt = Make.Attempt("j", 1), Name = "j-1-0" };
        Assert.Equal("j-1-0", Assert.Single(Step<GangStep.Delete>(Fresh, [before], attempt: 2).Pods).Name);
        Assert.IsType<GangStep.Wait>(Next(Fresh, [before with { IsLeaving = true }], attempt: 2));
        Assert.IsType<GangStep.Wait>(Next(Fresh, [Pod(0) with { Attempt = Make.Attempt("j", 3) }], attempt: 2));
    }

    [Fact]
    public void Pods_that_a_newer_leader_has_touched_are_its_own() =>
        Assert.IsType<GangStep.Superseded>(Next(Fresh, [Running(0) with { Epoch = 6 }]));

    [Fact]
    public void A_pod_that_somebody_else_bound_elsewhere_or_deleted_breaks_the_gang()
    {
        Assert.Contains("somebody else", Step<GangStep.Tell>(Fresh, [Running(0), Running(1) with { Node = new NodeId("x") }, Running(2)]).Report.Failure);
        Assert.Contains("deleted", Step<GangStep.Tell>(Fresh, [Running(0), Running(1) with { IsLeaving = true }, Running(2)]).Report.Failure);
    }

    [Fact]
    public void The_wish_for_a_checkpoint_is_written_on_every_living_pod_and_taken_back()
    {
        var by = Now.AddMinutes(1);
        var mark = Step<GangStep.Mark>(Fresh, [Running(0), Running(1) with { CheckpointBy = by }, Over(2)], AssignmentWish.Checkpoint);
        Assert.Equal((by, 0), (mark.CheckpointBy, Assert.Single(mark.Pods).Rank));
        Assert.Null(Step<GangStep.Mark>(Fresh, [Running(0), Running(1) with { CheckpointBy = by }, Running(2)]).CheckpointBy);
    }

    [Fact]
    public void A_failed_member_is_made_again_under_a_name_of_its_own_and_bound_once_the_job_took_it_for_the_one_that_was_bound()
    {
        PodView[] pods = [Running(0), Failed(1), Running(2)];
        Assert.Equal([new(1, 1)], Step<GangStep.Create>(Fresh, pods, restart: true).Members);

        var again = Again(1, 1);
        Assert.Equal("j-2-1-1", again.Name);
        PodView[] remade = [.. pods, again];
        var confirm = Step<GangStep.Confirm>(Fresh, remade, restart: true);
        var before = PodNames.Binding(pods.Select(p => p.Uid));
        Assert.Equal((PodNames.Binding(["uid-0", again.Uid, "uid-2"]), before, "worker 1 on n1: exit 1"), (confirm.Binding, confirm.Replaces, confirm.Failure));
        Assert.Equal(again, Assert.Single(Step<GangStep.Bind>(Fresh with { Confirmed = confirm.Binding }, remade, restart: true).Pods));

        // Twice: the one that is bound now is the one whose place is taken.
        PodView[] twice = [Running(0), Failed(1), again with { Node = again.PlannedNode, Phase = PodPhase.Failed }, Running(2), Again(1, 2)];
        Assert.Equal(confirm.Binding, Step<GangStep.Confirm>(Fresh, twice, restart: true).Replaces);
    }

    [Fact]
    public void What_is_agreed_on_is_bound_before_the_next_failed_member_is_made_again()
    {
        PodView[] pods = [Failed(0), Failed(1), Running(2), Again(1, 1)];
        var confirm = Step<GangStep.Confirm>(Fresh, pods, restart: true);
        Assert.IsType<GangStep.Bind>(Next(Fresh with { Confirmed = confirm.Binding }, pods, restart: true));
        var bound = Again(1, 1);
        pods[3] = bound with { Node = bound.PlannedNode };
        Assert.Equal([new(0, 1)], Step<GangStep.Create>(Fresh, pods, restart: true).Members);
    }

    [Fact]
    public void What_the_job_will_not_have_again_fails_the_gang()
    {
        // The job says no, because it was too often.
        var report = Step<GangStep.Tell>(Fresh with { Broken = "too often" }, [Running(0), Failed(1), Running(2), Again(1, 1)], restart: true).Report;
        Assert.Equal(("worker 1 on n1: exit 1; too often", FailureClass.Application), (report.Failure, report.FailureClass));
    }

    [Fact]
    public void A_gang_that_the_cluster_will_not_have_fails_with_what_it_said()
    {
        var report = Step<GangStep.Tell>(Fresh with { Broken = "no such namespace", BrokenClass = FailureClass.Setup }, []).Report;
        Assert.Equal((true, "no such namespace", FailureClass.Setup), (report.Gone, report.Failure, report.FailureClass));
    }

    [Fact]
    public void A_worker_that_cannot_start_as_it_is_set_up_fails_the_gang_after_a_while_and_says_why()
    {
        PodView[] pods = [Running(0), Bound(1) with { Stuck = "ImagePullBackOff: no such image" }, Running(2)];
        Assert.IsType<GangStep.Wait>(Next(Fresh with { StuckSince = Now - Options.StuckAfter + TimeSpan.FromSeconds(1) }, pods));
        var report = Step<GangStep.Tell>(Fresh with { StuckSince = Now - Options.StuckAfter }, pods).Report;
        Assert.Equal(("worker 1 on n1 cannot start: ImagePullBackOff: no such image", FailureClass.Setup), (report.Failure, report.FailureClass));
    }

    private static PodView Failed(int rank) => Running(rank) with { Phase = PodPhase.Failed, Failure = "exit 1" };

    private static PodView Again(int rank, int incarnation) =>
        Pod(rank) with { Name = PodNames.Of(Make.Attempt("j", 2), rank, incarnation), Uid = $"uid-{rank}-{incarnation}", Incarnation = incarnation };

    private static PodView Pod(int rank) => new()
    {
        Name = PodNames.Of(Make.Attempt("j", 2), rank),
        Uid = $"uid-{rank}",
        Version = "1",
        Attempt = Make.Attempt("j", 2),
        Rank = rank,
        PlannedNode = new NodeId(string.Create(CultureInfo.InvariantCulture, $"n{rank}")),
        Epoch = 5,
    };

    private static PodView Bound(int rank) => Pod(rank) with { Node = Pod(rank).PlannedNode };

    private static PodView Running(int rank) => Bound(rank) with { Phase = PodPhase.Running };

    private static PodView Over(int rank) => Bound(rank) with { Phase = PodPhase.Succeeded };

    private static T Step<T>(GangRun run, PodView[] pods, AssignmentWish wish = AssignmentWish.Run, int attempt = 2, bool restart = false) where T : GangStep =>
        Assert.IsType<T>(Next(run, pods, wish, attempt, restart));

    private static GangStep Next(GangRun run, PodView[] pods, AssignmentWish wish = AssignmentWish.Run, int attempt = 2, bool restart = false)
    {
        var assignment = Make.Assignment("j", wish: wish, workers: 3, attempt: attempt) with { CheckpointBy = Now.AddMinutes(1) };
        if (restart)
        {
            assignment = assignment with { Spec = assignment.Spec with { Restart = new RestartRule { Scope = RestartScope.FailedMembers, Limit = 5 } } };
        }

        return GangScript.Next(run, GangPods.Of(assignment.Attempt, 3, pods), assignment, Options, Now);
    }
}
