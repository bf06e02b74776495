using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Preemption;

namespace Scheduling.Tests.Preemption;

public sealed class EvictionBookTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly JobId Strong = new("strong");
    private static readonly JobId Weak = new("weak");

    [Fact]
    public void Each_victim_counts_for_the_one_that_went_and_all_of_them_for_the_one_that_asked()
    {
        var book = new EvictionBook(Day);
        book.Record(Strong, [], Now);
        Assert.Empty(book.Snapshot());
        book.Record(Strong, [Attempt("weak"), Attempt("other")], Now);
        book.Record(Strong, [Attempt("weak", 2)], Now.AddHours(1));
        Assert.Equal((2, 1, 0), (book.Suffered(Weak, Now.AddHours(1)), book.Suffered(new JobId("other"), Now), book.Suffered(Strong, Now)));
        Assert.Equal((3, 0), (book.Caused(Strong), book.Caused(Weak)));
        Assert.Equal(0, book.Caused(new JobId("nobody")));
    }

    [Fact]
    public void What_a_job_suffered_is_forgotten_when_the_window_is_over_and_what_it_caused_is_not()
    {
        var book = new EvictionBook(Day);
        book.Record(Strong, [Attempt("weak")], Now);
        Assert.Equal(1, book.Suffered(Weak, Now + Day));
        Assert.Equal(0, book.Suffered(Weak, Now + Day + TimeSpan.FromTicks(1)));
        book.Record(Strong, [Attempt("weak", 2)], Now + Day);
        Assert.Equal(2, book.Suffered(Weak, Now + Day));
        book.Record(Strong, [Attempt("weak", 3)], Now + Day + Day + TimeSpan.FromTicks(1));
        Assert.Equal(1, book.Suffered(Weak, Now + Day + Day + TimeSpan.FromTicks(1)));
        Assert.Equal(3, book.Caused(Strong));
    }

    [Fact]
    public void An_eviction_that_is_called_off_counts_for_nobody_and_none_that_never_was_is_taken_away()
    {
        var book = new EvictionBook(Day);
        book.Record(Strong, [Attempt("weak"), Attempt("other")], Now);
        book.CallOff(Strong, Weak);
        Assert.Equal((0, 1), (book.Suffered(Weak, Now), book.Caused(Strong)));
        book.CallOff(Strong, Weak);
        book.CallOff(Strong, Weak);
        Assert.Equal((0, 0), (book.Suffered(Weak, Now), book.Caused(Strong)));
        book.CallOff(new JobId("nobody"), new JobId("no one"));
        Assert.Equal(3, book.Snapshot().Length);
    }

    [Fact]
    public void A_snapshot_is_in_the_order_of_jobs_and_restores_all_that_is_known()
    {
        var book = new EvictionBook(Day);
        book.Record(Strong, [Attempt("weak"), Attempt("apt")], Now);
        var snapshot = book.Snapshot();
        Assert.Equal(["apt", "strong", "weak"], snapshot.Select(r => r.Job.Value));
        var again = new EvictionBook(Day);
        again.Restore(snapshot);
        Assert.Equal(snapshot, again.Snapshot());
        Assert.Equal((1, 2), (again.Suffered(Weak, Now), again.Caused(Strong)));
    }

    [Fact]
    public void Of_more_jobs_than_are_remembered_half_stay_those_whose_evictions_are_latest()
    {
        var book = new EvictionBook(Day);
        const int Old = 30_000, Recent = EvictionBook.MaxJobs - Old - 1;
        book.Restore(
        [
            .. Many("old", Old, Now - (7 * Day) - TimeSpan.FromTicks(1)), .. Many("recent", Recent - 1, Now - (7 * Day)),
            new EvictionRecord { Job = new JobId("last"), Suffered = 1, At = Now.AddHours(-1) },
        ]);
        book.Record(Strong, [], Now);
        book.Record(Strong, [Attempt("last")], Now);
        Assert.Equal(EvictionBook.MaxJobs, book.Snapshot().Length);

        // One more is too many.
        book.Record(Strong, [Attempt("one more")], Now);
        var left = book.Snapshot();
        Assert.Equal(EvictionBook.MaxJobs / 2, left.Length);
        Assert.Equal((2, 1, 2), (book.Suffered(new JobId("last"), Now), book.Suffered(new JobId("one more"), Now), book.Caused(Strong)));
        Assert.Equal(["recent000000", "recent000001"], left.Select(r => r.Job.Value).Where(j => j.StartsWith("recent", StringComparison.Ordinal)).Take(2));
        Assert.DoesNotContain(left, r => r.Job.Value.StartsWith("old", StringComparison.Ordinal));
    }

    [Fact]
    public void Whoever_has_been_quiet_for_seven_windows_is_forgotten_even_where_there_would_be_room()
    {
        var book = new EvictionBook(Day);
        book.Restore([.. Many("old", EvictionBook.MaxJobs - 10, Now - (7 * Day) - TimeSpan.FromTicks(1)), .. Many("recent", 10, Now - (7 * Day))]);
        book.Record(Strong, [Attempt("weak")], Now);
        Assert.Equal(12, book.Snapshot().Length);
    }

    private static IEnumerable<EvictionRecord> Many(string stem, int count, DateTimeOffset at) =>
        Enumerable.Range(0, count).Select(i => new EvictionRecord { Job = new JobId($"{stem}{i:D6}"), Suffered = 1, At = at });

    private static AttemptId Attempt(string job, int number = 1) => new(new JobId(job), number);
}
