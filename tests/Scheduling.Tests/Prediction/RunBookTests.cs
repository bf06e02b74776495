using Scheduling.Model;
using Scheduling.Prediction;

namespace Scheduling.Tests.Prediction;

public sealed class RunBookTests
{
    private static JobId Job(int number) => new($"job{number}");

    [Fact]
    public void Of_a_job_that_never_ran_nothing_is_known() => Assert.Equal(new EarlierRuns { Job = Job(1) }, new RunBook().Of(Job(1)));

    [Fact]
    public void What_the_attempts_of_a_job_ran_is_added_up_and_counted_where_they_gave_way()
    {
        var book = new RunBook();
        book.Add(Job(1), 100, gaveWay: true);
        book.Add(Job(2), 7, gaveWay: false);
        book.Add(Job(1), 20.5, gaveWay: false);
        book.Add(Job(1), 3, gaveWay: true);
        Assert.Equal(new EarlierRuns { Job = Job(1), Seconds = 123.5, GaveWay = 2 }, book.Of(Job(1)));
        Assert.Equal(new EarlierRuns { Job = Job(2), Seconds = 7, GaveWay = 0 }, book.Of(Job(2)));
        book.Forget(Job(1));
        Assert.Equal(new EarlierRuns { Job = Job(1) }, book.Of(Job(1)));
        Assert.Equal(7, book.Of(Job(2)).Seconds);
    }

    [Fact]
    public void It_is_stored_in_the_order_in_which_jobs_left_last_and_restored_as_it_was()
    {
        var book = new RunBook();
        foreach (var job in new[] { 3, 1, 2, 3 })
            book.Add(Job(job), job, gaveWay: job == 3);
        Assert.Equal([Job(1), Job(2), Job(3)], book.Snapshot().Select(r => r.Job));
        var restored = new RunBook();
        restored.Restore(book.Snapshot());
        Assert.Equal(book.Snapshot(), restored.Snapshot());
        Assert.Equal(new EarlierRuns { Job = Job(3), Seconds = 6, GaveWay = 2 }, restored.Of(Job(3)));
    }

    [Fact]
    public void Beyond_its_limit_the_jobs_that_left_longest_ago_are_forgotten_and_those_within_it_never()
    {
        var book = new RunBook();
        for (var job = 0; job < RunBook.MaxJobs; job++)
            book.Add(Job(job), job + 1, gaveWay: false);
        Assert.Equal(1, book.Of(Job(0)).Seconds);

        // The first left again: it is among the last now.
        book.Add(Job(0), 1, gaveWay: false);
        book.Add(Job(RunBook.MaxJobs), 5, gaveWay: true);
        Assert.Equal(0, book.Of(Job(1)).Seconds);
        Assert.Equal(2, book.Of(Job(0)).Seconds);
        Assert.Equal(RunBook.MaxJobs, book.Of(Job(RunBook.MaxJobs - 1)).Seconds);
        Assert.Equal(new EarlierRuns { Job = Job(RunBook.MaxJobs), Seconds = 5, GaveWay = 1 }, book.Of(Job(RunBook.MaxJobs)));
        Assert.InRange(book.Snapshot().Length, RunBook.MaxJobs / 2, (RunBook.MaxJobs / 2) + 1);
    }
}
