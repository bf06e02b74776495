using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Gateway.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Gateway.OpenApi;

/// <summary>The OpenAPI 3.1 document at /openapi/v1.json, made from the endpoints themselves.</summary>
internal static class OpenApiSetup
{
    public static void AddGatewayOpenApi(this IServiceCollection services) =>
        services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer(static (document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "Orleans.Scheduler",
                    Version = "v1",
                    Description = "Submits and explains GPU jobs. v1 only ever grows: skip fields that you don't know.",
                };
                document.Servers = [new OpenApiServer { Url = "/" }];
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                {
                    ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
                };
                document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
                return Task.CompletedTask;
            });
            options.AddOperationTransformer(DescribeOperation);
            options.AddSchemaTransformer(DescribeSchema);
        });

    private static async Task DescribeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var note in metadata.OfType<ParameterNote>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = note.Name,
                In = note.IsHeader ? ParameterLocation.Header : ParameterLocation.Query,
                Description = note.Description,
                Schema = new OpenApiSchema { Type = note.Name is "maxpagesize" or "after" or "Last-Event-ID" ? JsonSchemaType.Integer : JsonSchemaType.String },
            });
        }

        if (metadata.OfType<BodyNote>().FirstOrDefault() is not { } body)
            return;
        var schema = await context.GetOrCreateSchemaAsync(body.Type, cancellationToken: cancellationToken);
        context.Document!.AddComponent(body.Type.Name, schema);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = !body.Optional,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new() { Schema = new OpenApiSchemaReference(body.Type.Name, context.Document) },
            },
        };
    }

    /// <summary>Requests refuse fields that they don't know; answers may grow.</summary>
    private static Task DescribeSchema(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(IReadOnlyDictionary<string, ResourceCount>))
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Integer | JsonSchemaType.String };

        var name = context.JsonTypeInfo.Type.Name;
        if (context.JsonPropertyInfo is null && !name.EndsWith("Request", StringComparison.Ordinal) && name is not ("QuotaSettings" or "QuotaPriorityCap" or "QuotaBudget" or "JobRole" or "JobTopology" or "JobContainer" or "JobVariable" or "JobPort" or "JobVolume" or "JobRestart"))
            schema.AdditionalPropertiesAllowed = true;

        // Nullable in code only so that its absence can be told by field.
        var attributes = context.JsonPropertyInfo?.AttributeProvider;
        if (attributes?.IsDefined(typeof(RequiredAttribute), true) == true)
            schema.Type &= ~JsonSchemaType.Null;
        if (attributes?.GetCustomAttributes(typeof(AllowedValuesAttribute), true) is [AllowedValuesAttribute allowed])
            schema.Enum = [.. allowed.Values.OfType<string>().Select(v => (JsonNode)v)];
        return Task.CompletedTask;
    }
}
