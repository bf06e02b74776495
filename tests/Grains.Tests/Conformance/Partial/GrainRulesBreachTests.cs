using Orleans.Concurrency;
using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance.Partial;

/// <summary>The rules find what breaks them. Only with the shim: real Orleans would not compile this file.</summary>
public sealed class GrainRulesBreachTests
{
    [Theory]
    [InlineData(typeof(IHasProperty), "has no properties")]
    [InlineData(typeof(IReturnsInt), "returns Task")]
    [InlineData(typeof(IHasRef), "no ref")]
    [InlineData(typeof(ISendsUnknown), "has no serializer")]
    [InlineData(typeof(SameNumbers), "are both [Id(0)]")]
    [InlineData(typeof(UnknownMember), "has no serializer")]
    [InlineData(typeof(OnTheClass), "on the interface only")]
    [InlineData(typeof(NoPredicate), "for [MayInterleave]")]
    public void A_breach_is_found(Type type, string what)
    {
        Assert.Contains(GrainRules.Violations([type]), v => v.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public void An_exception_without_a_serializer_is_found()
    {
        Assert.Single(GrainRules.UnmarkedExceptions([typeof(UnmarkedException), typeof(MarkedException)]));
    }

    [Fact]
    public void Two_types_with_one_alias_are_found()
    {
        Assert.Contains(GrainRules.Violations([typeof(AliasOne), typeof(AliasTwo)]), v => v.Contains("same alias", StringComparison.Ordinal));
    }

    internal interface IHasProperty : IGrainWithStringKey
    {
        int Value { get; }
    }

    internal interface IReturnsInt : IGrainWithStringKey
    {
        int Get();
    }

    internal interface IHasRef : IGrainWithStringKey
    {
        Task Get(ref int value);
    }

    internal interface ISendsUnknown : IGrainWithStringKey
    {
        Task<List<Unknown>> Get();
    }

    [GenerateSerializer]
    internal sealed class SameNumbers
    {
        [Id(0)] public int A { get; set; }

        [Id(0)] public int B { get; set; }
    }

    [GenerateSerializer]
    internal sealed class UnknownMember
    {
        [Id(0)] public Unknown? A { get; set; }
    }

    internal abstract class AbstractGrain : Grain;

    internal sealed class OnTheClass : AbstractGrain
    {
        [AlwaysInterleave]
        public Task Get() => Task.CompletedTask;
    }

    [MayInterleave("Missing")]
    internal sealed class NoPredicate : AbstractGrain;

    [GenerateSerializer, Alias("same")]
    internal sealed class AliasOne;

    [GenerateSerializer, Alias("same")]
    internal sealed class AliasTwo;
}
