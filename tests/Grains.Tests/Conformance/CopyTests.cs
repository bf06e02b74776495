using System.Collections.Immutable;
using Grains.Tests.Conformance.Subjects;
using Orleans.Concurrency;

namespace Grains.Tests.Conformance;

/// <summary>What arrives of what was sent, within one silo.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class CopyTests(ConformanceFixture fixture)
{
    private readonly IKeeper _keeper = fixture.Grains.GetGrain<IKeeper>("copies");

    [Fact]
    public async Task Arguments_are_copies()
    {
        var keeper = fixture.Grains.GetGrain<IKeeper>("copies-1");
        var mine = new Partly { Numbered = 1, Names = ["mine"] };

        await keeper.TakeAndChange(mine);

        Assert.Equal(["mine"], mine.Names);
        Assert.Equal(["mine", "added by the grain"], (await keeper.Kept()).Names);
    }

    [Fact]
    public async Task Results_are_copies()
    {
        var keeper = fixture.Grains.GetGrain<IKeeper>("copies-2");
        await keeper.TakeAndChange(new Partly());

        (await keeper.Kept()).Names.Add("mine");

        Assert.Equal(["added by the grain"], (await keeper.Kept()).Names);
    }

    [Fact]
    public async Task Members_without_a_number_stay_behind_even_within_a_silo()
    {
        var keeper = fixture.Grains.GetGrain<IKeeper>("copies-3");

        await keeper.TakeAndChange(new Partly { Numbered = 1, Unnumbered = 2 });
        var kept = await keeper.Kept();

        Assert.Equal((1, 0), (kept.Numbered, kept.Unnumbered));
    }

    [Fact]
    public async Task An_immutable_type_is_shared()
    {
        var value = new Frozen { Names = ["a"] };

        Assert.True(await _keeper.IsSame(value, Originals.Add(value)));
    }

    [Fact]
    public async Task An_immutable_wrapper_is_shared()
    {
        List<string> value = ["a"];

        Assert.True(await _keeper.IsSameWrapped(value.AsImmutable(), Originals.Add(value)));
    }

    [Fact]
    public async Task An_immutable_parameter_is_shared_and_the_same_type_without_is_not()
    {
        List<string> value = ["a"];

        Assert.True(await _keeper.IsSameParameter(value, Originals.Add(value)));
        Assert.False(await _keeper.IsSameList(value, Originals.Add(value)));
    }

    [Fact]
    public async Task Every_kind_of_member_arrives()
    {
        var sent = new Everything
        {
            Guid = Guid.Parse("11111111-2222-3333-4444-555555555555"),
            At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(6)),
            Span = TimeSpan.FromSeconds(7),
            Colour = Colour.Green,
            Maybe = new Point(8, 9),
            Bytes = [1, 2, 3],
            Map = new() { ["a"] = [1, 2] },
            Points = [new Point(1, 2), new Point(3, 4)],
            Pair = (5, "six"),
            Shape = new Circle { Name = "round", Radius = 1.5 },
            Bare = new Bare(7, "bare"),
            Set = [1, 2],
            Counts = ImmutableDictionary<string, int>.Empty.Add("x", 1),
        };

        var back = await _keeper.Echo(sent);

        Assert.NotSame(sent, back);
        Assert.Equivalent(sent, back, strict: true);
        Assert.Equal(sent.Bare, back.Bare);
        Assert.IsType<Circle>(back.Shape);
        Assert.NotSame(sent.Map["a"], back.Map["a"]);
    }

    [Fact]
    public async Task A_type_without_a_serializer_is_refused_by_name()
    {
        var error = await Assert.ThrowsAsync<Orleans.Serialization.CodecNotFoundException>(() => _keeper.EchoObject(new Unknown { Value = 1 }));

        Assert.Contains(nameof(Unknown), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_interface_takes_any_list_even_the_one_behind_a_collection_expression()
    {
        // For IReadOnlyList the compiler makes a type of its own.
        IReadOnlyList<int> synthesized = [1, 2];

        Assert.Equal([1, 2], await _keeper.EchoList(synthesized));
        Assert.Equal([1, 2], await _keeper.EchoList(new[] { 1, 2 }));
        Assert.Equal([1, 2], await _keeper.EchoList(new List<int> { 1, 2 }));
        Assert.Equal([1, 2], await _keeper.EchoList(ImmutableArray.Create(1, 2)));
    }

    [Fact]
    public async Task Cycles_and_shared_parts_keep_their_form()
    {
        List<string> shared = ["shared"];
        var tail = new Link { Name = "tail", Shared = shared };
        var head = new Link { Name = "head", Next = tail, Shared = shared };
        tail.Next = head;

        var back = await _keeper.EchoLink(head);

        Assert.NotSame(head, back);
        Assert.Same(back, back.Next!.Next);
        Assert.Same(back.Shared, back.Next.Shared);
    }

    [Fact]
    public async Task References_to_grains_travel()
    {
        Assert.Equal("peeked", await _keeper.CallThrough(fixture.Grains.GetGrain<ICounter>("copies-ref")));
    }

    [Fact]
    public async Task Boxed_values_keep_their_types()
    {
        Assert.Equal(1L, await _keeper.EchoObject(1L));
        Assert.Equal("text", await _keeper.EchoObject("text"));
        Assert.Equal(new Point(1, 2), await _keeper.EchoObject(new Point(1, 2)));
        var array = Assert.IsType<int[]>(await _keeper.EchoObject(new[] { 1, 2 }));
        Assert.Equal([1, 2], array);
    }
}
