using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Gateway.Tests.Hollow;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>Which pods become which jobs, event by event.</summary>
public sealed class GangBookTests
{
    private readonly GangBook _book = new("c");

    [Fact]
    public void A_pod_that_stands_alone_is_submitted_at_once_and_once()
    {
        _book.Put(Guests.Pod("a"));
        var submit = Take<BookAction.Submit>();
        _book.Put(Guests.Pod("a") with { Version = "2" });
        Nothing();
        Done(submit);
        _book.Put(Guests.Pod("a") with { Version = "3" });
        Nothing();
        Assert.Equal(submit.Job, Assert.IsType<PodStanding.Queued>(_book.StandingOf("uid-a")).Job);
    }

    [Fact]
    public void What_is_bound_gated_leaving_or_refused_is_not_submitted()
    {
        _book.Put(Guests.Pod("bound").On("n", null));
        _book.Put(Guests.Pod("leaving") with { IsLeaving = true });
        _book.Put(Guests.Pod("gated") with { IsGated = true });
        Nothing();
        _book.Put(Guests.Pod("odd") with { Ask = null, Refusals = ["hostPort 80"] });
        Assert.Equal("odd", Take<BookAction.Refuse>().Pod.Name);
        _book.Put(Guests.Pod("odd") with { Ask = null, Refusals = ["hostPort 80"], Version = "2" });
        Nothing();
        _book.Put(Guests.Pod("gated"));
        Assert.Equal("gated", Assert.Single(Take<BookAction.Submit>().Members).Name);
    }

    [Fact]
    public void A_gang_is_asked_about_once_and_submitted_when_its_last_member_is_there_in_the_order_of_its_indexes()
    {
        var gang = Guests.Group("g");
        var pods = Guests.Pods(gang, 12);
        foreach (var pod in pods.Skip(1).Reverse())
        {
            _book.Put(pod);
        }

        Assert.Equal(gang, Take<BookAction.Look>().Gang);
        Nothing();
        _book.Learn(gang, Guests.Facts(12));
        Nothing();
        Assert.Contains("needs 12", Assert.IsType<PodStanding.Incomplete>(_book.StandingOf("uid-g-5")).Why);
        _book.Put(pods[0]);
        Assert.Equal(pods.Select(p => p.Name), Take<BookAction.Submit>().Members.Select(m => m.Name));
        Nothing();
    }

    [Fact]
    public void Pods_beyond_the_minimum_and_those_that_replace_one_go_alone()
    {
        var (gang, pods) = Complete(3);
        Bind(pods);
        _book.Put(Guests.Pod("g-7", gang, 7));
        var extra = Take<BookAction.Submit>();
        Assert.Equal("g-7", Assert.Single(extra.Members).Name);
        Done(extra);
        _book.Put(Guests.Pod("g-7", gang, 7).On("n", null) with { IsLeaving = true });
        _book.Put(pods[1].On("n", null).Ended(PodPhase.Failed));
        _book.Put(Guests.Pod("g-1b", gang, 1));
        Assert.Equal("g-1b", Assert.Single(Take<BookAction.Submit>().Members).Name);
    }

    [Fact]
    public void When_too_many_have_gone_those_that_replace_them_wait_for_each_other()
    {
        var (gang, pods) = Complete(3);
        Bind(pods);
        foreach (var pod in pods.Take(2))
        {
            _book.Put(pod.On("n", null).Ended(PodPhase.Failed));
        }

        _book.Put(Guests.Pod("g-0b", gang, 0));
        Nothing();
        _book.Put(Guests.Pod("g-1b", gang, 1));
        Assert.Equal(["g-0b", "g-1b"], Take<BookAction.Submit>().Members.Select(m => m.Name));
    }

    [Fact]
    public void Those_that_replace_the_bound_half_of_a_gang_that_is_stopped_do_not_start_without_the_other_half()
    {
        var (gang, pods) = Complete(4);
        Bind([.. pods.Take(3)]);
        foreach (var pod in pods.Take(3))
        {
            _book.Put(pod.On("n", null) with { IsLeaving = true });
            _book.Remove(pod.Uid);
            _book.Put(Guests.Pod($"{pod.Name}-again", gang, (int)pod.Ask!.Index));
        }

        Nothing();
        _book.Put(Guests.Pod("g-3-again", gang, 3));
        Assert.Equal(4, Take<BookAction.Submit>().Members.Length);
    }

    [Fact]
    public void A_member_deleted_while_its_gang_waits_calls_the_job_off_and_the_others_wait_for_its_successor()
    {
        var (gang, pods) = Complete(3);
        _book.Remove(pods[1].Uid);
        var cancel = Take<BookAction.Cancel>();
        _book.Put(Guests.Pod("g-1b", gang, 1));
        Nothing();
        _book.Cancelled(cancel.Job, hasEnded: true);
        var again = Take<BookAction.Submit>();
        Assert.Equal(["g-0", "g-1b", "g-2"], again.Members.Select(m => m.Name));
        Assert.NotEqual(cancel.Job, again.Job);
    }

    [Fact]
    public void A_member_deleted_while_its_gang_is_being_submitted_calls_it_off_as_soon_as_it_is()
    {
        var gang = Guests.Group("g");
        var pods = Guests.Pods(gang, 2);
        _book.Put(pods[0]);
        _book.Put(pods[1]);
        Take<BookAction.Look>();
        _book.Learn(gang, Guests.Facts(2));
        var submit = Take<BookAction.Submit>();
        _book.Remove(pods[0].Uid);
        Nothing();
        Done(submit);
        Assert.Equal(submit.Job, Take<BookAction.Cancel>().Job);
    }

    [Fact]
    public void A_job_that_is_being_placed_already_ends_its_own_way_and_then_the_rest_is_taken_up()
    {
        var (gang, pods) = Complete(3);
        _book.Remove(pods[1].Uid);
        var job = Take<BookAction.Cancel>().Job;
        _book.Cancelled(job, hasEnded: false);
        _book.Put(Guests.Pod("g-1b", gang, 1));
        _book.Put(Guests.Pod("g-3", gang, 3));
        Nothing();
        _book.Over(job, $"1 of its 3 pods ended or were deleted; {GuestScript.TakenUpAnew}");
        Assert.Equal(["g-0", "g-1b", "g-2"], Take<BookAction.Submit>().Members.Select(m => m.Name));
    }

    [Fact]
    public void A_job_that_somebody_ended_is_not_submitted_again_and_its_pods_say_so()
    {
        var (_, pods) = Complete(2);
        var job = ((PodStanding.Queued)_book.StandingOf(pods[0].Uid)!).Job;
        _book.Over(job, "cancelled by ann");
        Nothing();
        Assert.Contains("cancelled by ann", Assert.IsType<PodStanding.Refused>(_book.StandingOf(pods[0].Uid)).Why);
    }

    [Fact]
    public void A_gang_that_came_apart_is_taken_up_anew()
    {
        var (_, pods) = Complete(2);
        var job = ((PodStanding.Queued)_book.StandingOf(pods[0].Uid)!).Job;
        _book.Over(job, $"pod x was deleted; {GuestScript.TakenUpAnew}");
        Assert.NotEqual(job, Take<BookAction.Submit>().Job);
    }

    [Fact]
    public void A_gateway_that_starts_anew_finds_the_job_that_names_these_pods_and_makes_no_other()
    {
        var gang = Guests.Group("g");
        var pods = Guests.Pods(gang, 5);
        foreach (var pod in pods)
        {
            _book.Put(pod);
        }

        Take<BookAction.Look>();
        _book.Learn(gang, Guests.Facts(4));
        var submit = Take<BookAction.Submit>();
        Assert.Equal(["g-0", "g-1", "g-2", "g-3"], submit.Members.Select(m => m.Name));

        // Before, it had been those four that came first.
        _book.Submitted(new KnownJob(submit.Job, [pods[4].Uid, pods[1].Uid, pods[2].Uid, pods[3].Uid], false, null));
        var recall = Take<BookAction.Recall>();
        Assert.Equal([GuestIds.OfPod("c", pods[0])], recall.Singles);
        _book.Recalled(gang, recall.From, []);
        Bind(pods.Skip(1).Take(2));
        _book.Put(pods[4].On("n", null));
        Assert.Equal(["g-0"], Take<BookAction.Submit>().Members.Select(m => m.Name));
    }

    [Fact]
    public void A_gateway_that_starts_anew_in_the_middle_of_binding_leaves_the_rest_to_the_job_that_has_them()
    {
        var gang = Guests.Group("g");
        var pods = Guests.Pods(gang, 3);
        _book.Put(pods[0].On("n", Make.Attempt("j")));
        _book.Put(pods[1]);
        Take<BookAction.Look>();
        _book.Learn(gang, Guests.Facts(3));
        _book.Put(pods[2]);
        var recall = Take<BookAction.Recall>();
        var job = GuestIds.OfGang("c", recall.Identity, 1);
        _book.Recalled(gang, 2, [new KnownJob(job, [.. pods.Select(p => p.Uid)], false, null)]);
        Nothing();
        Assert.Equal(job, Assert.IsType<PodStanding.Queued>(_book.StandingOf(pods[2].Uid)).Job);
    }

    [Fact]
    public void A_minimum_that_changes_while_the_gang_waits_makes_another_job()
    {
        var (gang, pods) = Complete(2);
        _book.Learn(gang, Guests.Facts(3));
        var cancel = Take<BookAction.Cancel>();
        _book.Cancelled(cancel.Job, hasEnded: true);
        Nothing();
        _book.Put(Guests.Pod("g-2", gang, 2));
        Assert.Equal([.. pods.Select(p => p.Name), "g-2"], Take<BookAction.Submit>().Members.Select(m => m.Name));
    }

    [Fact]
    public void A_group_that_is_not_there_is_looked_for_again_now_and_then_and_not_with_every_pod()
    {
        var gang = Guests.Group("g");
        var pods = Guests.Pods(gang, 2);
        _book.Put(pods[0]);
        Take<BookAction.Look>();
        _book.Learn(gang, null);
        _book.Put(pods[1]);
        Nothing();
        Assert.Contains("not there", Assert.IsType<PodStanding.Incomplete>(_book.StandingOf(pods[1].Uid)).Why);
        _book.LookAgain();
        Take<BookAction.Look>();
        _book.Learn(gang, Guests.Facts(2));
        Take<BookAction.Submit>();
    }

    [Fact]
    public void What_is_over_is_forgotten()
    {
        var (_, pods) = Complete(3);
        Bind(pods);
        foreach (var pod in pods)
        {
            _book.Put(pod.On("n", null).Ended());
            _book.Remove(pod.Uid);
        }

        Nothing();
        Assert.Equal((0, 0, 0), (_book.Pods, _book.Gangs, _book.Jobs));
    }

    private (GangKey Gang, GuestPod[] Pods) Complete(int count)
    {
        var gang = Guests.Group("g");
        GuestPod[] pods = [.. Guests.Pods(gang, count)];
        foreach (var pod in pods)
        {
            _book.Put(pod);
        }

        Take<BookAction.Look>();
        _book.Learn(gang, Guests.Facts(count));
        Done(Take<BookAction.Submit>());
        Nothing();
        return (gang, pods);
    }

    private void Bind(IEnumerable<GuestPod> pods)
    {
        foreach (var pod in pods)
        {
            _book.Put(pod.On("n", null) with { Phase = PodPhase.Running });
        }

        Nothing();
    }

    private void Done(BookAction.Submit submit) => _book.Submitted(new KnownJob(submit.Job, [.. submit.Members.Select(m => m.Uid)], false, null));

    private T Take<T>() where T : BookAction => Assert.IsType<T>(_book.Take());

    private void Nothing() => Assert.Null(_book.Take());
}
