using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Azure.Tests.Stub;

/// <summary>
/// Azure Resource Manager on a port of this machine, over HTTPS, for the unmodified SDK. Each request is served under one lock; what comes later
/// comes by the clock that is handed in. README.md lists what it does, and where that is written.
/// </summary>
internal sealed class ArmStub : IAsyncDisposable
{
    public const string Subscription = "00000000-0000-0000-0000-00000000abcd";
    public const string Group = "gpu";
    public const string Location = "westeurope";

    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly X509Certificate2 _certificate = StubCertificate.Create();
    private readonly Dictionary<string, StubSet> _sets = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Operation> _operations = [];
    private readonly List<ITimer> _timers = [];
    private readonly Bucket _reads;
    private readonly Bucket _writes;
    private readonly Bucket _looks;
    private WebApplication? _app;

    private ArmStub(TimeProvider clock, int seed)
    {
        (Clock, _random) = (clock, new Random(seed));

        // Of a subscription: 250 reads and 25/s, 200 writes and 10/s (Resource Manager's limits); 15,000 and 5,000 a minute looks at operations.
        (_reads, _writes, _looks) = (new(clock, 250, 25 * 60), new(clock, 200, 10 * 60), new(clock, 15_000, 5_000));
    }

    public TimeProvider Clock { get; }

    public Uri Endpoint { get; private set; } = null!;

    public int PageSize { get; set; } = 50;

    public StubFaults Faults { get; set; } = StubFaults.None;

    /// <summary>Cores that the subscription may have in the region.</summary>
    public int CoreLimit { get; set; } = 1_000_000;

    /// <summary>Reads that the subscription may send at once.</summary>
    public int ReadsLeft => _reads.Left;

    /// <summary>Answers of 429 of its own accord; those of <see cref="StubFaults.Refused"/> not counted.</summary>
    public int Throttled { get; set; }

    public int Requests { get; private set; }

    /// <summary>What the last answer says is left of a bucket.</summary>
    public string Remaining { get; set; } = "";

    /// <summary>What must never be asked of it.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>Called under the lock for every request to write that had an effect, with the set's name.</summary>
    public Action<string>? OnWritten { get; set; }

    /// <summary>Called under the lock when a set is refused machines, at once or as its operation ends, with the time's stamp.</summary>
    public Action<string, long>? OnRefused { get; set; }

    public static async Task<ArmStub> Start(TimeProvider? clock = null, int seed = 1)
    {
        var stub = new ArmStub(clock ?? TimeProvider.System, seed);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(stub._certificate)));
        stub._app = builder.Build();
        stub._app.Run(stub.Serve);
        await stub._app.StartAsync();
        stub.Endpoint = new Uri($"https://localhost:{new Uri(stub._app.Urls.Single()).Port}/");
        return stub;
    }

    /// <summary>Settings of the SDK's client that lead here.</summary>
    public ArmClientOptions ClientOptions() => new()
    {
        Environment = new ArmEnvironment(Endpoint, Endpoint.AbsoluteUri.TrimEnd('/')),
        Transport = new HttpClientTransport(StubCertificate.ClientThatTrusts(_certificate)),
    };

    public StubSet AddSet(string name, Action<SetKnobs>? knobs = null)
    {
        var set = new StubSet(this, name);
        knobs?.Invoke(set.Knobs);
        Under(() => _sets.Add(name, set));
        return set;
    }

    public T Under<T>(Func<T> what)
    {
        lock (_lock)
        {
            return what();
        }
    }

    public void Under(Action what) => Under(() =>
    {
        what();
        return 0;
    });

    public void Note(string broken) => Broken.Add(broken);

    public bool Happens(double chance) => chance > 0 && _random.NextDouble() < chance;

    public void After(TimeSpan delay, Action what) => _timers.Add(Clock.CreateTimer(_ => Under(what), null, delay, Timeout.InfiniteTimeSpan));

    /// <summary>An operation that ends after <paramref name="delay"/>, well or with this code. Answers its URL.</summary>
    public string Begin(TimeSpan delay, string? error, Action then)
    {
        var id = $"00000000-0000-0000-0001-{_operations.Count:d12}";
        var operation = new Operation(Clock);
        _operations.Add(id, operation);
        After(delay, () =>
        {
            then();
            (operation.IsOver, operation.Error) = (true, error);
        });
        return $"{Endpoint}subscriptions/{Subscription}/providers/Microsoft.Compute/locations/{Location}/operations/{id}?p=1&api-version=2024-07-01";
    }

    public int CoresLeft(string sku) => CoreLimit - _sets.Values.Where(s => s.Knobs.Sku == sku).Sum(s => s.Cores);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        Under(() => _timers.ForEach(t => t.Dispose()));
        _certificate.Dispose();
    }

    private async Task Serve(HttpContext context)
    {
        var request = context.Request;
        var body = request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0 ? await JsonNode.ParseAsync(request.Body) as JsonObject : null;
        var (answer, remaining, isLost) = Under(() => Faulty(request, body));
        if (isLost)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.Headers["x-ms-ratelimit-remaining-resource"] = remaining;
        context.Response.Headers["x-ms-request-id"] = context.TraceIdentifier;
        foreach (var (key, value) in answer.Headers)
        {
            context.Response.Headers[key] = value;
        }

        if (answer.Body is not null)
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            await context.Response.WriteAsync(answer.Body.ToJsonString());
        }
    }

    private (StubAnswer Answer, string Remaining, bool IsLost) Faulty(HttpRequest request, JsonObject? body)
    {
        Requests++;
        Remaining = "";
        if (Happens(Faults.Refused))
        {
            return (Refusal(request.Method), Remaining, false);
        }

        var answer = Route(request, body);
        if (Happens(Faults.Doubled))
        {
            Route(request, body);
        }

        return Happens(Faults.FailedAfter) ? (StubAnswer.Error(503, "ServerTimeout", "It took too long."), Remaining, false)
            : (answer, Remaining, Happens(Faults.LostAnswer));
    }

    private StubAnswer Refusal(string method) => _random.Next(4) switch
    {
        0 => StubAnswer.Error(500, "InternalServerError", "Something broke."),
        1 => StubAnswer.Throttled(TimeSpan.FromSeconds(1), "HighCostGet"),
        2 when method is not "GET" => StubAnswer.Error(412, "PreconditionFailed", "The condition is not met."),
        3 when method is not "GET" => StubAnswer.Error(409, "Conflict", "The request failed due to conflict with a concurrent request."),
        _ => StubAnswer.Error(503, "ServiceUnavailable", "Come back later."),
    };

    private StubAnswer Route(HttpRequest request, JsonObject? body)
    {
        if (request.Headers.Authorization.ToString() != $"Bearer {StubCredential.Token}")
        {
            return StubAnswer.Error(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing or invalid.");
        }

        var version = request.Query["api-version"].ToString();
        if (version.Length == 0)
        {
            return StubAnswer.Error(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.");
        }

        var parts = request.Path.Value!.Trim('/').ToLowerInvariant().Split('/');
        var isOperation = parts is ["subscriptions", _, "providers", "microsoft.compute", "locations", _, "operations", ..];
        var bucket = isOperation ? _looks : request.Method == "GET" ? _reads : _writes;
        if (bucket.Take() is { } wait)
        {
            Throttled++;
            return StubAnswer.Throttled(wait, "SubscriptionRequests");
        }

        switch (parts)
        {
            case ["subscriptions", _, "providers", "microsoft.compute", "locations", _, "operations", var id, ..]:
                return Look(id);
            case ["subscriptions", _, "providers", "microsoft.compute", "locations", _, "usages"]:
                return Usages();
            case ["subscriptions", _, "resourcegroups", _, "providers", "microsoft.compute", "virtualmachinescalesets", var name, .. var rest]:
                return _sets.TryGetValue(name, out var set) ? OfSet(set, request, rest, body, version)
                    : StubAnswer.Error(404, "ResourceNotFound", $"The Resource 'Microsoft.Compute/virtualMachineScaleSets/{name}' under resource group '{Group}' was not found.");
            default:
                return StubAnswer.Error(404, "InvalidResourceType", $"{request.Path} is not served here.");
        }
    }

    private StubAnswer OfSet(StubSet set, HttpRequest request, string[] rest, JsonObject? body, string version)
    {
        var before = set.Accepted;
        var answer = (request.Method, rest) switch
        {
            ("GET", []) => set.Get(),
            ("PATCH", []) => set.Patch(body!, request.Headers.IfMatch.ToString() is { Length: > 0 } match ? match : null),
            ("GET", ["instanceview"]) => set.InstanceView(),
            ("GET", ["virtualmachines"]) => set.List(int.TryParse(request.Query["$skiptoken"], CultureInfo.InvariantCulture, out var after) ? after : -1, version),
            ("GET", ["virtualmachines", var id]) => set.GetMachine(id),
            ("POST", ["delete"]) => set.Delete([.. body!["instanceIds"]!.AsArray().Select(i => (string)i!)]),
            ("DELETE", ["virtualmachines", var id]) => set.Delete([id]),
            ("PUT", ["virtualmachines", var id]) => set.Protect(id, body!),
            ("POST", ["virtualmachines", var id, "simulateeviction"]) => set.Evict(id) ? new StubAnswer(204, null) : StubAnswer.Error(404, "ResourceNotFound", id),
            _ => StubAnswer.Error(405, "MethodNotAllowed", $"{request.Method} {request.Path}"),
        };
        if (set.Accepted > before)
        {
            OnWritten?.Invoke(set.Name);
        }

        return answer;
    }

    private StubAnswer Look(string id)
    {
        if (!_operations.TryGetValue(id, out var operation))
        {
            return StubAnswer.Error(404, "NotFound", "The entity was not found.");
        }

        if (operation.Looks.Take() is { } wait)
        {
            Throttled++;
            return StubAnswer.Throttled(wait, "GetOperation");
        }

        var body = new JsonObject { ["name"] = id, ["status"] = !operation.IsOver ? "InProgress" : operation.Error is null ? "Succeeded" : "Failed" };
        if (operation is { IsOver: true, Error: { } code })
        {
            body["error"] = new JsonObject { ["code"] = code, ["message"] = $"{code}: not all of the machines could be had." };
        }

        return new StubAnswer(200, body);
    }

    private StubAnswer Usages() => new(200, new JsonObject
    {
        ["value"] = new JsonArray(Usage("cores", "Total Regional vCPUs", _sets.Values.Sum(s => s.Cores)), Usage("virtualMachines", "Virtual Machines", _sets.Values.Sum(s => s.Machines.Count))),
    });

    private JsonObject Usage(string name, string words, int used) => new()
    {
        ["unit"] = "Count",
        ["currentValue"] = used,
        ["limit"] = CoreLimit,
        ["name"] = new JsonObject { ["value"] = name, ["localizedValue"] = words },
    };

    private sealed class Operation(TimeProvider clock)
    {
        public bool IsOver { get; set; }

        public string? Error { get; set; }

        /// <summary>15 a minute, 45 at once.</summary>
        public Bucket Looks { get; } = new(clock, 45, 15);
    }
}

/// <summary>A token without Entra behind it.</summary>
internal sealed class StubCredential : TokenCredential
{
    public const string Token = "stub";

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(Token, DateTimeOffset.MaxValue);

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        ValueTask.FromResult(GetToken(requestContext, cancellationToken));
}
