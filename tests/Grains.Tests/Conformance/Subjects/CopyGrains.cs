using Orleans.Concurrency;

namespace Grains.Tests.Conformance.Subjects;

public interface IKeeper : IGrainWithStringKey
{
    /// <summary>Keeps the argument and changes it.</summary>
    Task TakeAndChange(Partly value);

    Task<Partly> Kept();

    /// <summary>True when it is the very object that the caller sent.</summary>
    Task<bool> IsSame(Frozen value, Guid token);

    Task<bool> IsSameWrapped(Immutable<List<string>> value, Guid token);

    Task<bool> IsSameParameter([Immutable] List<string> value, Guid token);

    Task<bool> IsSameList(List<string> value, Guid token);

    Task<Everything> Echo(Everything value);

    Task<object> EchoObject(object value);

    Task<Link> EchoLink(Link link);

    Task<IReadOnlyList<int>> EchoList(IReadOnlyList<int> list);

    Task<string> CallThrough(ICounter counter);
}

/// <summary>Objects that a fact passes beside the call, to be compared with what came through it.</summary>
internal static class Originals
{
    public static readonly System.Collections.Concurrent.ConcurrentDictionary<Guid, object> All = new();

    public static Guid Add(object value)
    {
        var token = Guid.NewGuid();
        All[token] = value;
        return token;
    }
}

internal sealed class KeeperGrain : Grain, IKeeper
{
    private Partly _kept = new();

    public Task TakeAndChange(Partly value)
    {
        _kept = value;
        value.Names.Add("added by the grain");
        return Task.CompletedTask;
    }

    public Task<Partly> Kept() => Task.FromResult(_kept);

    public Task<bool> IsSame(Frozen value, Guid token) => Same(value, token);

    public Task<bool> IsSameWrapped(Immutable<List<string>> value, Guid token) => Same(value.Value, token);

    public Task<bool> IsSameParameter(List<string> value, Guid token) => Same(value, token);

    public Task<bool> IsSameList(List<string> value, Guid token) => Same(value, token);

    public Task<Everything> Echo(Everything value) => Task.FromResult(value);

    public Task<object> EchoObject(object value) => Task.FromResult(value);

    public Task<Link> EchoLink(Link link) => Task.FromResult(link);

    public Task<IReadOnlyList<int>> EchoList(IReadOnlyList<int> list) => Task.FromResult(list);

    public Task<string> CallThrough(ICounter counter) => counter.Peek();

    private static Task<bool> Same(object value, Guid token) => Task.FromResult(ReferenceEquals(value, Originals.All[token]));
}
