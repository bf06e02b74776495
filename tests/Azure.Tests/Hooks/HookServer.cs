using System.Net.Http.Json;
using Azure.Core;
using Azure.Tests.Stub;
using Gateway.Azure;
using Gateway.Azure.Hooks;
using Grains.ScaleSets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Scheduling.Scaling;
using Silo;

namespace Azure.Tests.Hooks;

/// <summary>The hooks over HTTP with real grains behind them, and secrets in files.</summary>
internal sealed class HookServer : IAsyncDisposable
{
    public const string Code = "0123456789abcdef0123456789abcdef";

    private readonly WebApplication _app;
    private readonly ArmStub _arm;
    private readonly string _folder;

    private HookServer(WebApplication app, ArmStub arm, string set, string folder)
    {
        (_app, _arm, Set, _folder) = (app, arm, set, folder);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public static byte[] AgentKey { get; } = [.. "abcdefghijklmnopqrstuvwxyzabcdef"u8];

    public HttpClient Http { get; }

    public string Set { get; }

    public IServiceProvider Services => _app.Services;

    public IScaleSetGrain Grain => _app.Services.GetRequiredService<IGrainFactory>().GetGrain<IScaleSetGrain>(Set);

    public static async Task<HookServer> Start(params string[] tell)
    {
        var folder = Directory.CreateTempSubdirectory("azure-hooks").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "code"), Code + "\n");
        await File.WriteAllBytesAsync(Path.Combine(folder, "agent"), AgentKey);
        var arm = await ArmStub.Start();
        var set = arm.AddSet("h100");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var settings = new Dictionary<string, string?>
        {
            ["Azure:Endpoint"] = arm.Endpoint.AbsoluteUri, ["Azure:Hooks:CodeFile"] = Path.Combine(folder, "code"), ["Azure:Hooks:AgentKeyFile"] = Path.Combine(folder, "agent"),
            ["Azure:Hooks:TellKeyFile"] = Path.Combine(folder, "agent"),
            ["Azure:ScaleSets:0:Id"] = set.Url, ["Azure:ScaleSets:0:Pool"] = "gpu", ["Azure:ScaleSets:0:Ceiling"] = "10", ["Azure:ScaleSets:0:Sku"] = "H100", ["Azure:ScaleSets:0:Location"] = ArmStub.Location,
            ["Azure:ScaleSets:0:Node:Gpus"] = "8", ["Azure:ScaleSets:0:Node:GpuModel"] = "H100", ["Azure:ScaleSets:0:Node:CpuMilli"] = "96000", ["Azure:ScaleSets:0:Node:MemoryMiB"] = "1900000",
        };
        for (var i = 0; i < tell.Length; i++)
        {
            settings[$"Azure:Hooks:Tell:{i}"] = tell[i];
        }

        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton<TokenCredential>(new StubCredential());
        builder.Services.AddSingleton(arm.ClientOptions());
        builder.AddSchedulerSilo(o => o.Storage = StorageKind.Memory);
        builder.AddAzureScaleSets();

        // Whoever tests the telling makes its passes himself.
        foreach (var teller in builder.Services.Where(d => d.ServiceType == typeof(IHostedService) && tell.Length > 0).TakeLast(1).ToList())
        {
            builder.Services.Remove(teller);
        }

        var app = builder.Build();
        AzureHooksApi.Map(app);
        await app.StartAsync();
        var server = new HookServer(app, arm, set.Url, folder);
        await Scenarios.LiveCluster.Until(async () => await server.Grain.GetState() is not null, () => "the set was not configured");
        return server;
    }

    public Task<HttpResponseMessage> Post(string path, object body) => Http.PostAsJsonAsync($"/hooks/azure/{path}", body);

    public async Task<HttpResponseMessage> PostSigned(object body, byte[] key, TimeSpan ago = default)
    {
        var bytes = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(body);
        var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/azure/nodes") { Content = new ByteArrayContent(bytes) };
        request.Headers.Add(HookSignature.Header, HookSignature.Sign(key, bytes, TimeProvider.System.GetUtcNow() - ago));
        return await Http.SendAsync(request);
    }

    public async Task<ScaleSetState> State() => (await Grain.GetState())!;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _arm.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
