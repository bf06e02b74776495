using Grains.Pools;

namespace Gateway.Tests.Fakes;

internal sealed class FakeHistory : IPoolHistoryGrain
{
    public PoolReplayView View { get; set; } = new() { Done = false };

    public (DateTimeOffset? From, DateTimeOffset? To)? Asked { get; private set; }

    public Task<PoolReplayView> Replay(DateTimeOffset? from, DateTimeOffset? to, TimeSpan wait)
    {
        Asked = (from, to);
        return Task.FromResult(View);
    }

    public Task CheckLately() => throw new NotSupportedException();
}
