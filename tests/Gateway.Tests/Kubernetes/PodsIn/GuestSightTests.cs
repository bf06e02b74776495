using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Gateway.Tests.Hollow;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>What the watch shows and what the cluster answered, whichever is newer.</summary>
public sealed class GuestSightTests
{
    private readonly GuestStore _store = new();
    private readonly GuestSight _sight = new(new PodSet { Cluster = "c", Namespace = "team-a", Names = ["a"], Uids = ["uid-a"] });

    [Fact]
    public void An_answer_counts_until_the_watch_shows_something_else()
    {
        _store.Put(Guests.Pod("a"));
        _sight.Answer(0, Guests.Pod("a").On("n", Make.Attempt("j")) with { Version = "2" }, _sight.Shown(0, _store));
        Assert.NotNull(Member.Pod!.Node);
        _store.Put(Guests.Pod("a").On("n", Make.Attempt("j")) with { Version = "3", Phase = PodPhase.Running });
        Assert.Equal(PodPhase.Running, Member.Pod!.Phase);
    }

    [Fact]
    public void An_answer_that_the_watch_overtook_on_its_way_does_not_hide_what_the_watch_shows()
    {
        _store.Put(Guests.Pod("a"));
        var shown = _sight.Shown(0, _store);
        _store.Put(Guests.Pod("a").On("n", Make.Attempt("j")) with { Version = "3", Phase = PodPhase.Running });
        _sight.Answer(0, Guests.Pod("a").On("n", Make.Attempt("j")) with { Version = "2" }, shown);
        Assert.Equal(PodPhase.Running, Member.Pod!.Phase);
    }

    [Fact]
    public void What_only_an_answer_showed_is_asked_for_again_with_the_next_look_for_a_watch_that_began_later_never_says_that_it_went()
    {
        _sight.Answer(0, Guests.Pod("a") with { IsLeaving = true }, _sight.Shown(0, _store));
        Assert.True(Member.Pod!.IsLeaving);
        _sight.Begin(_store);
        Assert.True(Member.IsUnknown);

        _store.Put(Guests.Pod("a"));
        _sight.Answer(0, Guests.Pod("a") with { Version = "2", IsLeaving = true }, _sight.Shown(0, _store));
        _sight.Begin(_store);
        Assert.True(Member.Pod!.IsLeaving);
    }

    [Fact]
    public void What_is_not_seen_is_unknown_and_what_has_another_uid_is_gone_and_how_it_ended_is_remembered()
    {
        Assert.True(Member.IsUnknown);
        _store.Put(Guests.Pod("a").On("n", null).Ended());
        Assert.True(Member.IsOver);
        _store.Remove("uid-a");
        Assert.True(Member.IsUnknown);
        _sight.Answer(0, Guests.Pod("a") with { Uid = "another" }, null);
        Assert.Equal(new GuestMember(null, true, PodPhase.Succeeded), Member);
    }

    private GuestMember Member => _sight.Members(_store)[0];
}
