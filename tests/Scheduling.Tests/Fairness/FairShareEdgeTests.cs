using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Fairness;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Tests.Fairness;

/// <summary>What the book keeps, forgets and stores, at the edges.</summary>
public sealed class FairShareEdgeTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(7);

    [Fact]
    public void A_path_that_wants_something_is_kept_until_it_wants_nothing_any_more()
    {
        var book = Book();
        var leaves = book.NewLeaves();
        leaves.Add(Path("c/red/ann"));
        book.Tick(Start);
        Assert.Equal(3, book.Levels);
        leaves.Remove(Path("c/red/ann"));
        book.Tick(Start);
        Assert.Equal(0, book.Levels);
    }

    [Fact]
    public void A_released_set_holds_nothing()
    {
        var book = Book();
        var leaves = book.NewLeaves();
        leaves.Add(Path("c/red/ann"));
        book.Release(leaves);
        Assert.Equal(0, leaves.Count);
        Assert.False(leaves.Contains(Path("c/red/ann")));
        book.Tick(Start);
        Assert.Equal(0, book.Levels);
    }

    [Fact]
    public void A_user_is_one_level_and_what_is_charged_to_a_team_itself_is_one_beside_its_users()
    {
        var book = Book();
        book.Charge(Path("c/red/ann"), Gpu(1), Start);
        Assert.Equal(3, book.Levels);
        book.Charge(Path("c/red"), Gpu(1), Start);
        Assert.Equal(4, book.Levels);
    }

    [Fact]
    public void Nominals_are_known_to_be_set_from_the_first_one_on()
    {
        var book = Book();
        Assert.False(book.HasNominals);
        book.SetLevel(Path("c/blue"), 2, []);
        Assert.False(book.HasNominals);
        book.SetLevel(Path("c/red"), 1, Gpu(100));
        Assert.True(book.HasNominals);
        book.SetLevel(Path("c/red/ann"), 1, Gpu(50));
        Assert.True(book.HasNominals);
        book.SetLevel(Path("c/blue"), 3, []);
        Assert.True(book.HasNominals);
    }

    [Fact]
    public void A_path_is_above_its_nominal_when_some_level_of_it_is_or_would_be_with_what_is_added()
    {
        var book = Book();
        Assert.Null(book.IsAboveNominal(Path("c/red/ann"), Gpu(1)));
        book.SetLevel(Path("c/red"), 1, Gpu(1000));
        book.Charge(Path("c/red/ann"), Gpu(900), Start);
        Assert.False(book.IsAboveNominal(Path("c/red/ann"), Gpu(100)));
        Assert.True(book.IsAboveNominal(Path("c/red/ann"), Gpu(101)));
        Assert.Null(book.IsAboveNominal(Path("c/red/ann"), [new("cpu", 1)]));
        Assert.Null(book.IsAboveNominal(Path("c/blue/bob"), Gpu(101)));

        // Above at the team, though not at the user.
        book.SetLevel(Path("c/red/ann"), 1, Gpu(50_000));
        Assert.True(book.IsAboveNominal(Path("c/red/ann"), Gpu(101)));
    }

    [Fact]
    public void Who_has_all_that_it_is_owed_of_one_resource_is_still_owed_the_other()
    {
        var book = Book();
        book.SetLevel(Path("c/red"), 1, [new("gpu", 1000), new("cpu", 5000)]);
        book.Charge(Path("c/red/ann"), [new("gpu", 1000)], Start);
        Assert.True(book.ShareOf(Path("c/red")).IsOwed);
    }

    [Fact]
    public void A_snapshot_lists_parents_first_and_resources_by_name_and_skips_what_a_level_has_none_of()
    {
        var book = Book();
        book.SetLevel(Path("d"), 1, [new("memory", 7), new("cpu", 5)]);
        book.Charge(Path("c/red/ann"), [new("gpu", 4), new("cpu", 2)], Start);
        book.Charge(Path("c/red"), [new("gpu", 1)], Start);
        book.Tick(Start + HalfLife);

        var levels = book.Snapshot().Levels;
        Assert.Equal([("c", false), ("c/red", false), ("c/red", true), ("c/red/ann", false), ("d", false)], levels.Select(l => (l.Path.Value, l.IsDirect)));
        Assert.Equal([new("cpu", 2), new("gpu", 5)], levels[1].Used);
        Assert.Equal([new("cpu", 1.0), new("gpu", 2.5)], levels[1].Past);
        Assert.Equal([new("gpu", 0.5)], levels[2].Past);
        Assert.Equal([new("cpu", 5), new("memory", 7)], levels[4].Nominal);
    }

    [Fact]
    public void Half_a_thousandth_of_a_GPU_in_the_past_is_nothing()
    {
        var book = Book();
        foreach (var (user, amount) in new[] { ("ann", 1), ("bob", 2) })
        {
            book.Charge(Path($"c/red/{user}"), Gpu(amount), Start);
            book.Refund(Path($"c/red/{user}"), Gpu(amount), Start + HalfLife);
        }

        book.Tick(Start + HalfLife);
        Assert.Equal(["c", "c/red", "c/red/bob"], book.Snapshot().Levels.Select(l => l.Path.Value));
    }

    [Fact]
    public void After_sixty_four_half_lives_nothing_is_left_of_the_past()
    {
        var book = Book();
        book.Charge(Path("c/red/ann"), Gpu(1000), Start);
        book.Refund(Path("c/red/ann"), Gpu(1000), Start + HalfLife);
        book.Tick(Start + (65 * HalfLife));
        Assert.Equal(0, book.Levels);
    }

    [Fact]
    public void Of_too_many_that_only_have_a_past_those_with_the_least_of_it_are_forgotten()
    {
        var book = Book();
        var users = Enumerable.Range(0, FairShareBook.MaxIdleLevels + 1).Select(i => Path(string.Create(CultureInfo.InvariantCulture, $"c/red/u{i:d6}"))).ToList();
        users.ForEach(u => book.Charge(u, Gpu(1000), Start));
        book.Charge(Path("c/red/zoe"), Gpu(500), Start);
        users.ForEach(u => book.Refund(u, Gpu(1000), Start + HalfLife));
        book.Refund(Path("c/red/zoe"), Gpu(500), Start + HalfLife);
        book.Tick(Start + HalfLife);

        Assert.Equal(FairShareBook.MaxIdleLevels + 2, book.Levels);
        Assert.Null(book.ShareOf(Path("c/red/zoe")).Dominant);
        Assert.Null(book.ShareOf(users[0]).Dominant);
        Assert.Equal("gpu", book.ShareOf(users[1]).Dominant);
        Assert.Equal("gpu", book.ShareOf(users[^1]).Dominant);
    }

    [Fact]
    public void Charges_that_nobody_could_count_are_refused()
    {
        var book = Book();
        book.Charge(Path("c/red/ann"), Gpu(long.MaxValue), Start);
        Assert.Throws<OverflowException>(() => book.Charge(Path("c/red/ann"), Gpu(1), Start));
    }

    private static FairShareBook Book()
    {
        var book = new FairShareBook(HalfLife);
        book.SetCapacity(Gpu(10_000));
        return book;
    }

    private static QuotaPath Path(string path) => new(path);

    private static ImmutableArray<ResourceAmount> Gpu(long milli) => [new("gpu", milli)];
}
