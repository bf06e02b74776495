using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using KubeKit;

namespace KubeTests.Faults;

/// <summary>Looks at every change of pods in one namespace, straight at the server, and notes what must never be.</summary>
internal sealed class Referee : IAsyncDisposable
{
    private readonly KubeApi _api;
    private readonly string _path;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, string> _nodeOf = new();
    private readonly ConcurrentDictionary<string, string> _boundAs = new();
    private readonly Task _watching;

    public Referee(KubeApi api, string space)
    {
        (_api, _path) = (api, $"/api/v1/namespaces/{space}/pods");
        _watching = Watch();
    }

    public ConcurrentQueue<string> Findings { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task Watch()
    {
        string? version = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (version is null)
                {
                    (var items, version) = await _api.List(_path, _stop.Token);
                    items.ForEach(See);
                }

                await foreach (var news in _api.Watch(_path, version, _stop.Token))
                {
                    version = (string)news.Object["metadata"]!["resourceVersion"]!;
                    if (news.Type != "BOOKMARK")
                    {
                        See(news.Object);
                    }
                }
            }
            catch (KubeApiException)
            {
                version = null;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The server is away: it goes on where it was, so that nothing is missed.
                await Task.Delay(50, _stop.Token);
            }
        }
    }

    private void See(JsonObject pod)
    {
        if (FakePods.NodeOf(pod) is not { } node)
        {
            return;
        }

        var (name, uid, marks) = (FakePods.NameOf(pod), (string)pod["metadata"]!["uid"]!, pod["metadata"]!["annotations"]);
        if (_nodeOf.GetOrAdd(uid, node) is var first && first != node)
        {
            Findings.Enqueue($"pod {name} {uid} was on {first}, then on {node}");
        }

        if (_boundAs.GetOrAdd(name, uid) is var other && other != uid)
        {
            Findings.Enqueue($"two pods named {name} were bound: {other} and {uid}");
        }

        if ((string?)marks?["orleans.scheduler/planned-node"] is { } planned && planned != node)
        {
            Findings.Enqueue($"pod {name} is on {node} and was planned on {planned}");
        }
    }
}
