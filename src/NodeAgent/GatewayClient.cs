using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeAgent.Hardware;
using NodeAgent.Imds;

namespace NodeAgent;

/// <summary>
/// Tells the gateway of an event, or of the hardware. Signed with the time of sending, so that a copy of it is of no use for long; and it says the same event however often it is sent,
/// which the gateway counts once.
/// </summary>
internal sealed class GatewayClient(AgentSettings settings, TimeProvider time) : IDisposable
{
    private const string Path = "hooks/azure/nodes";
    private const string Signature = "X-Scheduler-Signature";
    private const int LeastKey = 32;
    private const int MostBytes = 64 * 1024;
    private const int MostOfDetail = 300;
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = 2, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        BaseAddress = settings.Gateway, Timeout = s_answerWithin, MaxResponseContentBufferSize = MostBytes,
    };

    /// <summary>Answers whether nothing runs on the node, and nothing will.</summary>
    /// <exception cref="GatewayException">It did not answer, or would not hear.</exception>
    public async Task<bool> Tell(Machine machine, ScheduledEvent seen, CancellationToken cancellationToken) =>
        (await Post(JsonSerializer.SerializeToUtf8Bytes(
            new NodeSignal(machine.Set, machine.Instance, machine.Node, seen.Id, seen.Type, seen.NotBefore ?? ""), GatewayJson.Default.NodeSignal), cancellationToken))?.Drained ?? false;

    /// <exception cref="GatewayException">It did not answer, or would not hear.</exception>
    public Task Tell(Machine machine, MachineHardware hardware, DateTimeOffset readAt, CancellationToken cancellationToken) =>
        Post(JsonSerializer.SerializeToUtf8Bytes(
            new NodeHardware(machine.Set, machine.Instance, machine.Node, new HardwareSignal(readAt, hardware.Host, hardware.GpuSerials?.Split(','))), GatewayJson.Default.NodeHardware), cancellationToken);

    private async Task<NodeAnswer?> Post(byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.Add(Signature, Sign(body));
            using var answer = await _http.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw new GatewayException($"the gateway answered {(int)answer.StatusCode}{await Why(answer, cancellationToken)}");
            }

            return JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellationToken), GatewayJson.Default.NodeAnswer);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or UnauthorizedAccessException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new GatewayException(e.Message, e);
        }
    }

    private static async Task<string> Why(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            return ": its key is another, or the clocks differ";
        }

        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return "";
        }

        var detail = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellationToken), GatewayJson.Default.GatewayProblem)?.Detail;
        return detail is null ? "" : ": " + string.Concat(detail.Where(c => !char.IsControl(c)).Take(MostOfDetail));
    }

    public void Dispose() => _http.Dispose();

    private string Sign(byte[] body)
    {
        var key = Encoding.UTF8.GetBytes(File.ReadAllText(settings.KeyFile).Trim());
        if (key.Length < LeastKey)
        {
            throw new GatewayException($"the key in {settings.KeyFile} is shorter than {LeastKey} bytes");
        }

        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData(Encoding.ASCII.GetBytes(at + "."));
        mac.AppendData(body);
        return $"t={at},v1={Convert.ToHexStringLower(mac.GetHashAndReset())}";
    }
}

/// <summary>The gateway could not be told. It is told again.</summary>
internal sealed class GatewayException(string message, Exception? inner = null) : Exception(message, inner);

internal sealed record NodeSignal(string Set, string Instance, string Node, string EventId, string EventType, string NotBefore);

internal sealed record NodeHardware(string Set, string Instance, string Node, HardwareSignal Hardware);

internal sealed record HardwareSignal(DateTimeOffset ReadAt, string? Host, IReadOnlyList<string>? GpuSerials);

internal sealed record NodeAnswer(bool Drained);

/// <summary>Why the gateway would not hear.</summary>
internal sealed record GatewayProblem(string? Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeSignal))]
[JsonSerializable(typeof(NodeHardware))]
[JsonSerializable(typeof(NodeAnswer))]
[JsonSerializable(typeof(GatewayProblem))]
internal sealed partial class GatewayJson : JsonSerializerContext;
