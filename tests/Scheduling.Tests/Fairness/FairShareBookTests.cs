using System.Collections.Immutable;
using Scheduling.Fairness;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Tests.Fairness;

/// <summary>Whose turn it is.</summary>
public sealed class FairShareBookTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);

    [Fact]
    public void The_team_with_the_smaller_part_comes_first_and_then_the_name()
    {
        var book = Book(10_000);
        Assert.Equal(["c/blue/ann", "c/red/ann"], Order(book, "c/red/ann", "c/blue/ann"));

        book.Charge(Path("c/blue/ann"), Gpu(1000), Start);
        Assert.Equal(["c/red/ann", "c/blue/ann"], Order(book, "c/red/ann", "c/blue/ann"));

        book.Refund(Path("c/blue/ann"), Gpu(1000), Start);
        Assert.Equal(["c/blue/ann", "c/red/ann"], Order(book, "c/red/ann", "c/blue/ann"));
    }

    /// <summary>Found by PoolModelTests: a pool that was read back from its journal had a snapshot in another order.</summary>
    [Fact]
    public void Books_that_say_the_same_are_stored_the_same_in_whatever_order_accounts_came()
    {
        var (one, other) = (Book(10_000), Book(10_000));
        one.Charge(Path("c/red/ann"), Gpu(1000), Start);
        one.Charge(Path("c/red"), Gpu(500), Start);
        one.Charge(Path("c/blue/bob"), Gpu(2000), Start);
        other.Charge(Path("c/blue/bob"), Gpu(2000), Start);
        other.Charge(Path("c/red"), Gpu(500), Start);
        other.Charge(Path("c/red/ann"), Gpu(1000), Start);

        Assert.Equal(one.Snapshot().Levels.Select(Text), other.Snapshot().Levels.Select(Text));
        Assert.Equal(one.Snapshot().Levels.Select(Text), FairShareBook.Restore(one.Snapshot()).Snapshot().Levels.Select(Text));

        static string Text(FairShareLevelState state) => $"{state.Path} {state.IsDirect} {string.Join(' ', state.Used)}";
    }

    [Fact]
    public void Shares_are_divided_by_weight()
    {
        var book = Book(10_000);
        book.SetLevel(Path("c/red"), 3, []);
        book.Charge(Path("c/red/ann"), Gpu(3000), Start);
        book.Charge(Path("c/blue/bob"), Gpu(1001), Start);

        Assert.Equal(["c/red/ann", "c/blue/bob"], Order(book, "c/blue/bob", "c/red/ann"));
        Assert.Equal(new FairShare("gpu", 0.3, 0.3 / 3, false), book.ShareOf(Path("c/red")));
    }

    [Fact]
    public void Only_siblings_are_compared_so_a_team_gains_nothing_by_having_more_users()
    {
        var book = Book(100_000);
        for (var i = 0; i < 10; i++)
            book.Charge(Path($"c/red/u{i}"), Gpu(1000), Start);
        book.Charge(Path("c/blue/bob"), Gpu(9000), Start);

        // Bob has more than any of red, and blue less than red.
        Assert.Equal(["c/blue/bob", "c/red/fresh", "c/red/u0"], Order(book, "c/red/u0", "c/red/fresh", "c/blue/bob"));
    }

    /// <summary>Ghodsi et al., NSDI 2011, §4.1: 9 CPUs and 18 GB, A wants (1, 4) each time and B (3, 1): A gets 3 tasks and B 2.</summary>
    [Fact]
    public void The_example_of_the_DRF_paper_comes_out_as_printed()
    {
        var book = new FairShareBook(TimeSpan.Zero);
        book.SetCapacity([new("cpu", 9), new("memory", 18)]);
        var (cpu, memory) = (9L, 18L);
        Dictionary<string, (long Cpu, long Memory, int Tasks)> of = new() { ["c/A"] = (1, 4, 0), ["c/B"] = (3, 1, 0) };
        while (true)
        {
            var next = of.Keys.Where(p => of[p].Cpu <= cpu && of[p].Memory <= memory).OrderBy(Path, book).FirstOrDefault();
            if (next is null)
                break;
            var want = of[next];
            book.Charge(Path(next), [new("cpu", want.Cpu), new("memory", want.Memory)], Start);
            (cpu, memory) = (cpu - want.Cpu, memory - want.Memory);
            of[next] = want with { Tasks = want.Tasks + 1 };
        }

        Assert.Equal((3, 2), (of["c/A"].Tasks, of["c/B"].Tasks));
        Assert.Equal(("memory", "cpu"), (book.ShareOf(Path("c/A")).Dominant, book.ShareOf(Path("c/B")).Dominant));
    }

    [Fact]
    public void Who_is_still_owed_comes_before_who_borrows_whatever_their_shares()
    {
        var book = Book(100_000);
        book.SetLevel(Path("c/red"), 1, Gpu(50_000));
        book.Charge(Path("c/red/ann"), Gpu(40_000), Start);
        Assert.Equal(["c/red/ann", "c/blue/bob"], Order(book, "c/blue/bob", "c/red/ann"));

        book.Charge(Path("c/red/ann"), Gpu(10_000), Start); // All that it is owed: the share decides.
        Assert.Equal(["c/blue/bob", "c/red/ann"], Order(book, "c/blue/bob", "c/red/ann"));
    }

    [Fact]
    public void A_level_above_its_nominal_of_one_resource_is_not_owed_the_others()
    {
        var book = Book(100_000);
        book.SetLevel(Path("c/red"), 1, [new("gpu", 1000), new("cpu", 5000)]);
        book.Charge(Path("c/red/ann"), [new("gpu", 1500)], Start);

        Assert.False(book.ShareOf(Path("c/red")).IsOwed);
    }

    [Fact]
    public void What_was_used_counts_half_after_a_half_life_and_a_quarter_after_two()
    {
        var book = Book(1000, TimeSpan.FromDays(7));
        book.Charge(Path("c/red/ann"), Gpu(1000), Start);
        book.Refund(Path("c/red/ann"), Gpu(1000), Start.AddDays(7));
        Assert.Equal(0.5, book.ShareOf(Path("c/red")).Share, 12);

        book.Tick(Start.AddDays(14));
        Assert.Equal(0.25, book.ShareOf(Path("c/red")).Share, 12);
        book.Tick(Start.AddDays(17.5));
        Assert.Equal(0.25 / Math.Sqrt(2), book.ShareOf(Path("c/red")).Share, 12);
        book.Tick(Start.AddDays(200));
        Assert.Equal(0, book.Levels); // Forgotten, with all that only it kept.
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void How_often_it_ticks_makes_no_difference(int ticks)
    {
        var book = Book(1000);
        book.Charge(Path("c/red/ann"), Gpu(1000), Start);
        for (var i = 1; i <= ticks; i++)
            book.Tick(Start + (TimeSpan.FromDays(10) * i / ticks));

        Assert.Equal(1 + (1 - Math.Pow(2, -10.0 / 7)), book.ShareOf(Path("c/red/ann")).Share, 10);
    }

    [Fact]
    public void A_clock_that_steps_back_changes_no_past()
    {
        var book = Book(1000);
        book.Charge(Path("c/red/ann"), Gpu(1000), Start.AddDays(7));
        book.Tick(Start);
        book.Refund(Path("c/red/ann"), Gpu(1000), Start.AddDays(1));

        Assert.Equal(0, book.ShareOf(Path("c/red")).Share);
    }

    [Fact]
    public void Jobs_charged_to_a_team_itself_stand_among_its_users()
    {
        var book = Book(10_000);
        book.Charge(Path("c/red"), Gpu(1000), Start);
        Assert.Equal(["c/red/ann", "c/red"], Order(book, "c/red", "c/red/ann"));

        book.Charge(Path("c/red/ann"), Gpu(1000), Start);
        Assert.Equal(["c/red", "c/red/ann"], Order(book, "c/red", "c/red/ann"));
        Assert.Equal(0.2, book.ShareOf(Path("c/red")).Share, 12);
    }

    [Fact]
    public void More_given_back_than_was_charged_breaks_the_books_promise()
    {
        var book = Book(10_000);
        book.Charge(Path("c/red/ann"), Gpu(1000), Start);

        Assert.Equal("I3", Assert.Throws<InvariantViolationException>(() => book.Refund(Path("c/red/ann"), Gpu(1001), Start)).Number);
        Assert.Throws<ArgumentOutOfRangeException>(() => book.SetLevel(Path("c"), 0, []));
    }

    [Fact]
    public void A_resource_of_which_there_is_none_counts_for_nobody()
    {
        var book = Book(10_000);
        book.Charge(Path("c/red/ann"), [new("gpu/H100", 5000)], Start);
        Assert.Equal(new FairShare(null, 0, 0, false), book.ShareOf(Path("c/red")));

        book.SetCapacity([new("gpu", 10_000), new("gpu/H100", 20_000)]);
        Assert.Equal(new FairShare("gpu/H100", 0.25, 0.25, false), book.ShareOf(Path("c/red")));
    }

    [Fact]
    public void Leaves_stay_in_order_while_shares_settings_and_time_move()
    {
        var book = Book(10_000);
        var leaves = book.NewLeaves();
        foreach (var path in new[] { "c/red/ann", "c/red/bob", "c/blue/eve", "d/x/y" })
            Assert.True(leaves.Add(Path(path)));
        Assert.False(leaves.Add(Path("c/red/ann")));
        Assert.Equal(["c/blue/eve", "c/red/ann", "c/red/bob", "d/x/y"], leaves.InOrder.Select(p => p.Value));

        book.Charge(Path("c/red/ann"), Gpu(100), Start);
        Assert.Equal(["d/x/y", "c/blue/eve", "c/red/bob", "c/red/ann"], leaves.InOrder.Select(p => p.Value));
        book.SetLevel(Path("c/red"), 1, Gpu(500));
        Assert.Equal(["d/x/y", "c/red/bob", "c/red/ann", "c/blue/eve"], leaves.InOrder.Select(p => p.Value));
        Assert.True(leaves.Remove(Path("d/x/y")));
        Assert.False(leaves.Remove(Path("d/x/y")));
        Assert.Equal(("c/red/bob", 3), (leaves.First!.Value.Value, leaves.Count));

        book.Release(leaves);
        Assert.Null(leaves.First);
    }

    [Fact]
    public void A_weight_of_one_and_no_nominal_is_as_if_never_set()
    {
        var book = Book(10_000);
        book.SetLevel(Path("c/red"), 5, Gpu(1));
        book.SetLevel(Path("c/red"), 1, []);
        book.Tick(Start);

        Assert.Equal(0, book.Levels);
    }

    private static FairShareBook Book(long gpu, TimeSpan? halfLife = null)
    {
        var book = new FairShareBook(halfLife);
        book.SetCapacity(Gpu(gpu));
        return book;
    }

    private static string[] Order(FairShareBook book, params string[] paths) => [.. paths.OrderBy(Path, book)];

    private static QuotaPath Path(string path) => new(path);

    private static ImmutableArray<ResourceAmount> Gpu(long milli) => [new("gpu", milli)];
}
