using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Azure.Tests.Terraform;

/// <summary>
/// A provider for Terraform that has azurerm's schema and nothing else: Terraform attaches to it (TF_REATTACH_PROVIDERS) and checks a module against that schema itself. What the real
/// provider would check beyond its schema is not checked. Protocol: hashicorp/terraform, docs/plugin-protocol/tfplugin6.proto, over gRPC without TLS.
/// </summary>
internal sealed class SchemaProvider : IAsyncDisposable
{
    private const string Address = "registry.terraform.io/hashicorp/azurerm";
    private const int FrameHead = 5;
    private const string Unimplemented = "12";

    private readonly WebApplication _app;
    private readonly byte[] _schema;

    private SchemaProvider(WebApplication app, byte[] schema)
    {
        (_app, _schema) = (app, schema);
        app.MapPost("/{service}/{method}", (Func<HttpContext, string, string, Task>)Answer);
    }

    /// <summary>Methods that were called, each as often as it was.</summary>
    public List<string> Called { get; } = [];

    /// <summary>For Terraform's environment.</summary>
    public string Reattach => new JsonObject
    {
        [Address] = new JsonObject
        {
            ["Protocol"] = "grpc", ["ProtocolVersion"] = 6, ["Pid"] = Environment.ProcessId, ["Test"] = true,
            ["Addr"] = new JsonObject { ["Network"] = "tcp", ["String"] = new Uri(_app.Urls.Single()).Authority },
        },
    }.ToJsonString();

    public static async Task<SchemaProvider> Start(string schemaFile)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(schemaFile))!;
        var provider = new SchemaProvider(builder.Build(), Response(schema).ToArray());
        await provider._app.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>All but the schema is answered with an empty message: no complaint.</summary>
    private async Task Answer(HttpContext context, string service, string method)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        lock (Called)
        {
            Called.Add(method);
        }

        context.Response.ContentType = "application/grpc";
        if (service != "tfplugin6.Provider" || method == "GetMetadata")
        {
            context.Response.AppendTrailer("grpc-status", Unimplemented);
            return;
        }

        var message = method == "GetProviderSchema" ? _schema : [];
        var head = new byte[FrameHead];
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), message.Length);
        await context.Response.Body.WriteAsync(head);
        await context.Response.Body.WriteAsync(message);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>GetProviderSchema.Response: the provider is 1, resources are 2, by name.</summary>
    private static ProtoWriter Response(JsonNode schema)
    {
        var response = new ProtoWriter().Message(1, Schema(schema["provider"]!));
        foreach (var (name, resource) in schema["resources"]!.AsObject())
        {
            response.Message(2, new ProtoWriter().Text(1, name).Message(2, Schema(resource!)));
        }

        return response;
    }

    private static ProtoWriter Schema(JsonNode block) => new ProtoWriter().Message(2, Block(block));

    private static ProtoWriter Block(JsonNode block)
    {
        var message = new ProtoWriter();
        foreach (var (name, one) in block["attributes"]!.AsObject())
        {
            message.Message(2, new ProtoWriter().Text(1, name).Text(2, one!["type"]!.ToJsonString()).Flag(4, Has(one, "required")).Flag(5, Has(one, "optional")).Flag(6, Has(one, "computed")));
        }

        foreach (var (name, one) in block["blocks"]!.AsObject())
        {
            var nesting = (string)one!["nesting"]! switch { "single" => 1, "list" => 2, "set" => 3, var other => throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"nesting {other}")) };
            message.Message(3, new ProtoWriter().Text(1, name).Message(2, Block(one)).Number(3, nesting).Number(4, (int)one["min"]!).Number(5, (int)one["max"]!));
        }

        return message;
    }

    private static bool Has(JsonNode one, string what) => one[what] is not null;
}
